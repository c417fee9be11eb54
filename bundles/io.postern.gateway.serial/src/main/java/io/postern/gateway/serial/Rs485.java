// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.wire.Shown;
import java.time.Duration;

/**
 * How a two-wire line is turned from listening to speaking. Most adapters do it by themselves; on a board's own UART the
 * kernel's driver does, by the line RTS.
 *
 * @param before from RTS to the first bit, in whole milliseconds
 * @param after from the last bit to the release of RTS, in whole milliseconds
 */
public record Rs485(Direction direction, Duration before, Duration after) {
    private static final Duration LONGEST = Duration.ofMillis(100); // serial_core.c, RS485_MAX_RTS_DELAY

    /** Nothing is set: RS-232, or an adapter that turns by itself. */
    public static final Rs485 OFF = new Rs485(Direction.OFF, Duration.ZERO, Duration.ZERO);

    /** Who turns, and how. */
    public enum Direction {
        OFF,
        /** The driver where it can, RTS high while sending; else the adapter is taken to do it. */
        AUTO,
        /** The driver, RTS high while sending. */
        RTS_ON_SEND,
        /** The driver, RTS low while sending. */
        RTS_AFTER_SEND
    }

    public Rs485 {
        within("rs485Before", before);
        within("rs485After", after);
    }

    /** @throws IllegalArgumentException when {@code text} is none of off, auto, rts-on-send and rts-after-send */
    static Direction direction(String text) {
        return switch (text) {
            case "off" -> Direction.OFF;
            case "auto" -> Direction.AUTO;
            case "rts-on-send" -> Direction.RTS_ON_SEND;
            case "rts-after-send" -> Direction.RTS_AFTER_SEND;
            default ->
                throw new IllegalArgumentException(
                        "off, auto, rts-on-send or rts-after-send, not \"" + Shown.of(text) + "\"");
        };
    }

    private static void within(String key, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(key + ": 0ms to 100ms, not " + value.toMillis() + "ms");
        }
    }

    boolean isOff() {
        return direction == Direction.OFF;
    }

    boolean isRtsHighWhileSending() {
        return direction != Direction.RTS_AFTER_SEND;
    }
}
