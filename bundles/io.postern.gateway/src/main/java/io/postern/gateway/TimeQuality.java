// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway;

import java.util.Locale;

/** How far the time of a reading can be believed. */
public enum TimeQuality {
    /** Nobody has told this gateway the time yet, and it remembers none: only the order and the distances are right. */
    UNKNOWN,
    /** Counted on from the last time that was sure; wrong by as long as the gateway was without power. */
    ESTIMATED,
    /** From a source that can prove itself, or corrected later by one. */
    CONFIRMED;

    /** As messages and the state file call it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
