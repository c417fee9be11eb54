// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

/** A part of the lab did not come up; the message says which, and shows the end of its log. */
public final class LabException extends Exception {
    private static final long serialVersionUID = 1L;

    public LabException(String message) {
        super(message);
    }

    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}
