// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.ip;

import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import io.postern.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** The core's end of a watch: what a leaf would have heard of its sensor. */
final class Heard implements Instrument.Listener {
    private static final Duration SOON = Duration.ofSeconds(20);

    final List<Map<String, Measurement>> values = new CopyOnWriteArrayList<>();
    final List<String> troubles = new CopyOnWriteArrayList<>();
    final AtomicInteger doubts = new AtomicInteger();
    /** Why the core cannot keep what it is told; empty when it can. */
    volatile String refusal = "";

    private volatile CountDownLatch disk = new CountDownLatch(0);

    @Override
    public void observed(Observation observation) throws InterruptedException {
        values.add(observation.values());
        disk.await();
    }

    @Override
    public void deliver(Observation observation) throws IOException, InterruptedException {
        if (!refusal.isEmpty()) {
            throw new IOException(refusal);
        }
        observed(observation);
    }

    @Override
    public void failed(IOException why) {
        troubles.add(String.valueOf(why.getMessage()));
    }

    @Override
    public void doubted() {
        doubts.incrementAndGet();
    }

    /** Storing takes until the returned latch is counted down. */
    CountDownLatch slowDisk() {
        var full = new CountDownLatch(1);
        disk = full;
        return full;
    }

    void awaitValues(int count) {
        Await.value(SOON, count + " messages", values::size, size -> size >= count);
    }

    void awaitTrouble(String part) {
        Await.value(SOON, "a trouble with " + part, () -> troubles, all -> all.stream()
                .anyMatch(each -> each.contains(part)));
    }
}
