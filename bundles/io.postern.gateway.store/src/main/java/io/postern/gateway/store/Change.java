// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;

/** One thing to be written, by the writer's thread, in one transaction with its neighbours in the queue. */
sealed interface Change {
    /** @param takenNanos since 1970 */
    record Append(DeviceId leaf, long takenNanos, Bytes body) implements Change {}

    record PutFact(String name, String body) implements Change {}

    record RemoveFact(String name) implements Change {}
}
