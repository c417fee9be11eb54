// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import io.postern.wire.Shown;

/** The text is not in the query language as this hub speaks it. The message tells where, and what could stand there. */
public final class QueryException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final int position;

    QueryException(int position, String found, String wrong) {
        super("position " + position + ", at " + (found.isEmpty() ? "the end" : '"' + Shown.of(found) + '"') + ": "
                + wrong);
        this.position = position;
    }

    QueryException(Token at, String wrong) {
        this(at.position(), at.text(), wrong);
    }

    /** The character that is wrong, counted from 1; one behind the last when something is missing at the end. */
    public int position() {
        return position;
    }
}
