// SPDX-License-Identifier: Apache-2.0
/** The security module over a TPM 2.0: the endorsement key, the activation of a challenge, signatures. */
@NullMarked
package io.postern.gateway.tpm;

import org.jspecify.annotations.NullMarked;
