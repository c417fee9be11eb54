// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

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

/** What a watch has told. */
public final class Told implements Instrument.Listener {
    private static final Duration SOON = Duration.ofSeconds(20);

    public final List<Observation> observed = new CopyOnWriteArrayList<>();
    public final List<String> failures = new CopyOnWriteArrayList<>();
    /** A listener waits here for its disk. */
    public volatile CountDownLatch disk = new CountDownLatch(0);

    @Override
    public void observed(Observation observation) throws InterruptedException {
        observed.add(observation);
        disk.await();
    }

    @Override
    public void deliver(Observation observation) throws InterruptedException {
        observed(observation);
    }

    @Override
    public void failed(IOException why) {
        failures.add(why.getMessage());
    }

    public Map<String, Measurement> last() {
        return observed.isEmpty() ? Map.of() : observed.getLast().values();
    }

    /** Waits until exactly these values were told last. */
    public void await(Map<String, Measurement> values) {
        Await.value(SOON, values.toString(), this::last, values::equals);
    }

    /** Waits for a failure that says this. */
    public void awaitFailure(String part) {
        Await.value(SOON, "a failure with " + part, () -> failures, all -> all.stream()
                .anyMatch(each -> each.contains(part)));
    }
}
