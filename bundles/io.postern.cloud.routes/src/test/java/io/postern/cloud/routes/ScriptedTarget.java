// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Keeps what it gets, and fails as it is told. */
final class ScriptedTarget implements RouteTarget {
    final List<RoutedMessage> kept = new CopyOnWriteArrayList<>();
    volatile boolean away;
    volatile boolean broken;
    volatile CountDownLatch held = new CountDownLatch(0);
    volatile Optional<String> hates = Optional.empty();

    @Override
    public void deliver(List<RoutedMessage> messages) throws DeliveryException, InterruptedException {
        held.await();
        if (broken) {
            throw new IllegalStateException("a slip of its programmer");
        }
        if (away) {
            throw DeliveryException.failed("nobody is there", Optional.empty(), null);
        }
        if (hates.isPresent()
                && messages.stream().anyMatch(m -> m.json().toString().contains(hates.get()))) {
            throw DeliveryException.refused("I do not take " + hates.get());
        }
        kept.addAll(messages);
    }

    List<String> bodies() {
        List<String> bodies = new ArrayList<>();
        kept.forEach(message -> bodies.add(String.valueOf(message.json().get("Body"))));
        return bodies;
    }

    @Override
    public void close() {}
}
