// SPDX-License-Identifier: Apache-2.0
/** The TPM challenge: pure functions from public keys, a secret and random octets to what only one TPM can open. */
@NullMarked
package io.postern.cloud.dps.challenge;

import org.jspecify.annotations.NullMarked;
