// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;

/** One thing to be written, by the writer's thread, in one group with its neighbours in the queue. */
sealed interface Change {
    record Append(DeviceId leaf, Priority priority, Stamp taken, Bytes body) implements Change {
        TelemetryMessage message(long sequence) {
            return new TelemetryMessage(leaf, sequence, priority, taken, body);
        }
    }

    record PutFact(String name, String json) implements Change {}

    record RemoveFact(String name) implements Change {}

    /** Nothing: wakes the writer. */
    record Wake() implements Change {}

    /** Octets it takes in a segment. */
    default int size() {
        return Entry.sizeOf(
                switch (this) {
                    case Append append -> append.body().length();
                    case PutFact(var name, var json) -> Facts.body(name, json).length();
                    case RemoveFact(var name) -> Facts.body(name, "").length();
                    case Wake _ -> 0;
                });
    }
}
