// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import java.io.IOException;

/** The TPM is there and refused a command. */
public final class TpmFaultException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int responseCode;

    TpmFaultException(String message, int responseCode, Throwable cause) {
        super(message, cause);
        this.responseCode = responseCode;
    }

    /** The TPM's raw response code (TPM 2.0 Part 2, 6.6). */
    public int responseCode() {
        return responseCode;
    }
}
