// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

/** What a condition comes to: the third value is that of a document which does not hold what is spoken of. */
public enum Truth {
    TRUE,
    FALSE,
    UNDEFINED;

    static Truth of(boolean truth) {
        return truth ? TRUE : FALSE;
    }

    Truth not() {
        return switch (this) {
            case TRUE -> FALSE;
            case FALSE -> TRUE;
            case UNDEFINED -> UNDEFINED;
        };
    }
}
