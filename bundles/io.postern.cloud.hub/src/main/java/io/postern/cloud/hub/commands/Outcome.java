// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

/** What became of a command; the names are those of the feedback (wire: {@code statusCode}). */
public enum Outcome {
    SUCCESS("Success"),
    EXPIRED("Expired"),
    DELIVERY_COUNT_EXCEEDED("DeliveryCountExceeded"),
    REJECTED("Rejected"),
    PURGED("Purged");

    private final String wireName;

    Outcome(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    static Outcome parse(String wireName) {
        for (Outcome each : values()) {
            if (each.wireName.equals(wireName)) {
                return each;
            }
        }
        throw new IllegalArgumentException("no outcome of a command is called " + wireName);
    }
}
