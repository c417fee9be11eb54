// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** What every reader promises. */
final class Promise {
    private Promise() {}

    /** What {@code reader} reads; empty when it throws what all readers here document for what they cannot read. */
    static <T> Optional<T> read(Supplier<T> reader) {
        try {
            return Optional.of(reader.get());
        } catch (IllegalArgumentException e) {
            if (e.getMessage() == null || e.getMessage().isBlank()) {
                throw new AssertionError("refused without a reason", e);
            }
            return Optional.empty();
        }
    }

    static void same(Object before, Object after) {
        if (!Objects.equals(before, after)) {
            throw new AssertionError("read as " + before + ", written and read again as " + after);
        }
    }
}
