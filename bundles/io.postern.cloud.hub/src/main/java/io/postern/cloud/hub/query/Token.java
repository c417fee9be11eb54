// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

/**
 * One word or sign of a query.
 *
 * @param text as it stands in the query; of a {@link Kind#TEXT} and {@link Kind#QUOTED_NAME} what stands inside
 * @param position of its first character, counted from 1
 */
record Token(Kind kind, String text, int position) {
    enum Kind {
        NAME,
        /** {@code [[any name]]} */
        QUOTED_NAME,
        NUMBER,
        TEXT,
        /** A comparison, bracket, comma, dot or star. */
        SIGN,
        END
    }

    boolean isSign(String sign) {
        return kind == Kind.SIGN && text.equals(sign);
    }

    /** Words of the language are the same in either case. */
    boolean isWord(String word) {
        return kind == Kind.NAME && text.equalsIgnoreCase(word);
    }
}
