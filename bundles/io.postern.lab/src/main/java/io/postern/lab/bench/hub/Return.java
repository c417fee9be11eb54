// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.hub;

import io.postern.lab.LabException;
import io.postern.lab.bench.mqtt.MqttWire;
import io.postern.lab.bench.mqtt.RefusedException;
import io.postern.lab.bench.mqtt.Target;
import io.postern.lab.bench.provisioning.Crowd;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * All devices at the same moment against a hub that has just come back, each with a full TLS handshake.
 *
 * @param seconds from the first SYN until the last is in
 * @param refused answers no to a CONNECT
 * @param lost connections that ended without an answer; the device comes again after a second
 */
public record Return(int devices, double seconds, int admitted, int refused, int lost) {
    private static final int MOST_TRIES = 60;
    private static final String FROM = "127.0.0.2";

    public static Return of(PosternBroker broker, int devices) throws IOException, LabException, InterruptedException {
        Target target = broker.target();
        Queue<MqttWire> wires = new ConcurrentLinkedQueue<>();
        var next = new AtomicInteger();
        var refused = new AtomicInteger();
        var lost = new AtomicInteger();
        try {
            long begin = System.nanoTime();
            Crowd.run(devices, () -> {
                int number = next.getAndIncrement();
                for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
                    try {
                        wires.add(MqttWire.connect(target, FROM, broker.speaker(number)));
                        return;
                    } catch (RefusedException _) {
                        refused.incrementAndGet();
                    } catch (IOException _) {
                        lost.incrementAndGet();
                    }
                    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
                }
            });
            return new Return(devices, (System.nanoTime() - begin) / 1e9, wires.size(), refused.get(), lost.get());
        } finally {
            for (MqttWire wire : wires) {
                wire.close();
            }
        }
    }

    boolean isGood() {
        return admitted == devices && seconds <= 60 && 100L * (refused + lost) <= devices;
    }
}
