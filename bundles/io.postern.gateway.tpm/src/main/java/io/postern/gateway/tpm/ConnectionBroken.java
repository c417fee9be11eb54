// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import java.io.IOException;

/**
 * The way to the TPM broke, thrown through TSS.Java; what the TPM did with the command is not known. Never leaves this
 * package: {@link Chip} throws its cause.
 */
final class ConnectionBroken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final IOException failure;

    ConnectionBroken(IOException failure) {
        super(failure);
        this.failure = failure;
    }

    IOException failure() {
        return failure;
    }
}
