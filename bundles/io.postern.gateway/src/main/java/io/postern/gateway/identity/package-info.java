// SPDX-License-Identifier: Apache-2.0
/** What a gateway proves itself with: a TPM, a certificate whose key a TPM or a file holds, a symmetric key. */
@NullMarked
package io.postern.gateway.identity;

import org.jspecify.annotations.NullMarked;
