// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

/** A field of a row is not what its column asks for. */
final class BadFieldException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String column;

    /** @param column empty when the row as a whole is wrong */
    BadFieldException(String column, String message) {
        super(message);
        this.column = column;
    }

    String column() {
        return column;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
