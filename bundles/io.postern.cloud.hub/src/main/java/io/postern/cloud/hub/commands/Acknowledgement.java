// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import io.postern.wire.Shown;
import java.util.Locale;

/** Of which outcomes the sender of a command wants to hear (spec: {@code iothub-ack}). */
public enum Acknowledgement {
    NONE,
    POSITIVE,
    NEGATIVE,
    FULL;

    /** @throws IllegalArgumentException when {@code text} is none of the four words, in any case */
    public static Acknowledgement parse(String text) {
        for (Acknowledgement each : values()) {
            if (each.wireName().equalsIgnoreCase(text.strip())) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "iothub-ack is none, positive, negative or full, not \"" + Shown.of(text) + "\"");
    }

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean wants(Outcome outcome) {
        return switch (this) {
            case NONE -> false;
            case POSITIVE -> outcome == Outcome.SUCCESS;
            case NEGATIVE -> outcome != Outcome.SUCCESS;
            case FULL -> true;
        };
    }
}
