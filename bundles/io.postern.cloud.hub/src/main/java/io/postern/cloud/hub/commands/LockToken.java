// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import java.util.UUID;

/** Names one delivery: whoever shows it may settle what was delivered, until the lock ends. Good once. */
public record LockToken(String text) {
    private static final int LONGEST = 64; // ours have 36 characters; longer ones are never looked up

    public LockToken {
        if (text.isEmpty() || text.length() > LONGEST) {
            throw new IllegalArgumentException("a lock token is 1 to " + LONGEST + " characters long");
        }
    }

    static LockToken of(long high, long low) {
        return new LockToken(new UUID(high, low).toString());
    }

    @Override
    public String toString() {
        return text;
    }
}
