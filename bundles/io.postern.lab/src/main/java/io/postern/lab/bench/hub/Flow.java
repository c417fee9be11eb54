// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.hub;

import io.postern.lab.LabException;
import io.postern.lab.bench.mqtt.MqttWire;
import io.postern.lab.bench.mqtt.Publisher;
import io.postern.lab.bench.mqtt.Speaker;
import io.postern.lab.bench.mqtt.Target;
import io.postern.lab.bench.provisioning.Crowd;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Devices that all publish at once, each over a TLS connection of its own with several messages in flight.
 *
 * @param perSecond acknowledged messages in the measured time
 * @param cpuMicros time on a core of the broker, per message
 */
record Flow(double perSecond, double cpuMicros) {
    private static final int BODY = 256;
    private static final int AT_ONCE = 8; // that connect
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final String FROM = "127.0.0.2";

    /** Publishes for a while, measures, stops, and sees all of it acknowledged. */
    static Flow measure(Broker broker, int identities, int inFlight, Duration measured)
            throws IOException, LabException, InterruptedException {
        broker.expect(identities);
        Queue<MqttWire> wires = new ConcurrentLinkedQueue<>();
        try {
            return measure(broker, connect(broker, identities, inFlight, wires), measured);
        } finally {
            for (MqttWire wire : wires) {
                wire.close();
            }
        }
    }

    private static Queue<Publisher> connect(Broker broker, int identities, int inFlight, Queue<MqttWire> wires)
            throws IOException, LabException, InterruptedException {
        Queue<Publisher> publishers = new ConcurrentLinkedQueue<>();
        Target target = broker.target();
        var next = new AtomicInteger();
        Crowd.run(AT_ONCE, () -> {
            for (int number = next.getAndIncrement(); number < identities; number = next.getAndIncrement()) {
                Speaker speaker = broker.speaker(number);
                MqttWire wire = MqttWire.connect(target, FROM, speaker);
                wires.add(wire);
                publishers.add(new Publisher(wire, speaker, BODY, inFlight));
            }
        });
        return publishers;
    }

    private static Flow measure(Broker broker, Queue<Publisher> publishers, Duration measured)
            throws IOException, LabException, InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (Publisher publisher : publishers) {
                all.add(threads.submit(() -> {
                    publisher.run();
                    return publisher;
                }));
            }
            TimeUnit.NANOSECONDS.sleep(WARM_UP.toNanos());
            long cpu = broker.process().cpuTime().toNanos();
            long before = acknowledged(publishers);
            long begin = System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(measured.toNanos());
            long count = acknowledged(publishers) - before;
            double seconds = (System.nanoTime() - begin) / 1e9;
            double used = (broker.process().cpuTime().toNanos() - cpu) / 1e3;
            publishers.forEach(Publisher::stop);
            for (Future<?> one : all) {
                one.get();
            }
            return new Flow(count / seconds, used / Math.max(1, count));
        } catch (ExecutionException e) {
            throw new LabException(broker.name() + ": " + e.getCause(), e);
        }
    }

    private static long acknowledged(Queue<Publisher> publishers) {
        return publishers.stream().mapToLong(Publisher::acknowledged).sum();
    }
}
