// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import java.util.List;
import java.util.Optional;

/** What a query gives of the devices it finds. */
public sealed interface Selection {
    /** The twins, whole. */
    record Twins() implements Selection {}

    /** Of each device an object with these members; those it does not have are left out. */
    record Fields(List<Field> fields) implements Selection {
        public Fields {
            fields = List.copyOf(fields);
        }
    }

    /**
     * How many devices there are, in all or for each value of {@code groupBy}.
     *
     * @param fields {@code groupBy} itself, if it was asked for
     * @param counts the names under which the number is given; one at least
     */
    record Counts(Optional<AttributePath> groupBy, List<Field> fields, List<String> counts) implements Selection {
        public Counts {
            fields = List.copyOf(fields);
            counts = List.copyOf(counts);
        }
    }

    /** @param name what the member is called in the answer */
    record Field(AttributePath path, String name) {}
}
