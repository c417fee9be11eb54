// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.events;

/** What a consumer group answers to someone who wants to read. */
public sealed interface ReaderReply {

    record Reading(Lease lease) implements ReaderReply {}

    record UnknownGroup(ConsumerGroup group) implements ReaderReply {}

    /** @param most how many readers without an epoch one partition has in one group */
    record TooMany(int most) implements ReaderReply {}

    /** A reader with a higher epoch has the partition to itself; so have all that have one against those without. */
    record Outranked(long epoch) implements ReaderReply {}

    /** A reader's place; to be closed when it leaves. Closing is idempotent. */
    interface Lease extends AutoCloseable {
        @Override
        void close();
    }
}
