// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

/**
 * What a check saw.
 *
 * @param text the fact
 * @param remedy what to do about it; empty when nothing needs doing
 */
record Finding(Level level, String text, String remedy) {

    enum Level {
        GOOD,
        /** This machine does not tell; nothing is known to be wrong. */
        UNKNOWN,
        /** It will run, but not as it should. */
        WARNING,
        /** It will not run. */
        FAULT
    }

    static Finding good(String text) {
        return new Finding(Level.GOOD, text, "");
    }

    static Finding unknown(String text) {
        return new Finding(Level.UNKNOWN, text, "");
    }

    static Finding warning(String text, String remedy) {
        return new Finding(Level.WARNING, text, remedy);
    }

    static Finding fault(String text, String remedy) {
        return new Finding(Level.FAULT, text, remedy);
    }
}
