// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * The way to a client that speaks over one link and hears over another. Each of the two is decided about by itself, so a
 * client may ask over the first before the second is attached, or be asked when it has only just been told that it is: a
 * few messages wait for it. Owned by the thread of both links.
 */
public final class ReturnLink implements LinkAnswer.Giver {
    private static final int EARLY = 16; // as many questions as a client has credit for

    private final Queue<AmqpMessage> early = new ArrayDeque<>(1);
    private Optional<Outlet> outlet = Optional.empty();

    /** False when too many messages wait already. */
    public boolean offer(AmqpMessage message) {
        return outlet.isPresent() ? outlet.get().offer(message) : early.size() < EARLY && early.add(message);
    }

    /** The link that was attached last has the messages from now on. */
    @Override
    public void attached(Outlet to) {
        outlet = Optional.of(to);
        early.forEach(to::offer);
        early.clear();
    }

    /** One of the two links has gone. */
    @Override
    public void detached() {
        outlet = outlet.filter(Outlet::isAttached);
    }

    /** Empty while the client has no link to hear on. */
    public Optional<Outlet> outlet() {
        return outlet;
    }
}
