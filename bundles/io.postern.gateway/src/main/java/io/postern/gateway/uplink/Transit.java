// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.TelemetryMessage;
import java.util.List;

/**
 * How much may be on its way to the hub without an acknowledgement: one budget of octets for all leaves, so that a leaf
 * alone fills a long way and five hundred at once do not fill the memory. Whoever sends asks for a share, and gives it back
 * when the hub has answered. Safe for threads.
 */
public final class Transit {
    /** Of one leaf: with 600 ms to the hub 400 messages a second. */
    static final int MOST = 256;

    private static final long ROOM = 4L << 20; // of a heap of 96 MB, where 500 leaves over MQTT take some 40
    private static final int BESIDE = 1500; // octets that a message takes beside its body in a session over MQTT

    private long left = ROOM;
    private int sending;

    /**
     * What one leaf may send now.
     *
     * @param messages at most; one at least
     * @param octets of bodies at most; the first message goes however long it is
     */
    public record Share(int messages, long octets) {
        long room() {
            return octets + (long) messages * BESIDE;
        }
    }

    /**
     * Takes an equal part of the budget, as far as it is still there; one message for each leaf always is.
     *
     * @param most messages
     */
    synchronized Share take(int most) {
        sending++;
        long room = Math.max(0, Math.min(ROOM / sending, left / 2));
        int messages = (int) Math.clamp(room / 2 / BESIDE, 1, most);
        var share = new Share(messages, Math.max(0, Math.min(room - (long) messages * BESIDE, ROOM / 4)));
        left -= share.room();
        return share;
    }

    /** Only {@code messages} are sent of what was taken, with a first one that may be too long for it. */
    synchronized Share keep(Share taken, List<TelemetryMessage> messages) {
        long octets =
                messages.stream().mapToLong(message -> message.body().length()).sum();
        var kept = new Share(messages.size(), octets);
        left += taken.room() - kept.room();
        return kept;
    }

    /** The hub has answered, or nobody waits for it any more. */
    synchronized void giveBack(Share share) {
        sending--;
        left += share.room();
    }

    /** What nobody has taken; below zero when first messages were long. */
    synchronized long left() {
        return left;
    }
}
