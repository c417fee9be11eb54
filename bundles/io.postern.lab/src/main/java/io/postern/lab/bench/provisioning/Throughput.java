// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.provisioning;

import io.postern.lab.LabException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * Rounds of first registrations, each device over a connection of its own with a full TLS handshake.
 *
 * @param perSecond completed registrations, client and service on the same cores
 * @param serviceMicroseconds time on a core of the service, per registration
 */
record Throughput(List<Double> perSecond, List<Double> serviceMicroseconds) {
    private static final int AT_ONCE = 16; // keeps two cores busy while some wait for the disk

    /** @param rounds measured; one more before them compiles the code */
    static Throughput measure(
            Fleet fleet, ServiceProcess service, IntFunction<LoadDevice> device, int from, int rounds, int perRound)
            throws IOException, LabException, InterruptedException {
        var result = new Throughput(new ArrayList<>(), new ArrayList<>());
        for (int round = 0; round <= rounds; round++) {
            long cpu = service.cpuTime().toNanos();
            long begin = System.nanoTime();
            registerAll(fleet, device, from + round * perRound, from + (round + 1) * perRound);
            double seconds = (System.nanoTime() - begin) / 1e9;
            if (round > 0) {
                result.perSecond.add(perRound / seconds);
                result.serviceMicroseconds.add((service.cpuTime().toNanos() - cpu) / 1e3 / perRound);
            }
        }
        return result;
    }

    private static void registerAll(Fleet fleet, IntFunction<LoadDevice> device, int from, int until)
            throws LabException, InterruptedException {
        var next = new AtomicInteger(from);
        Crowd.run(AT_ONCE, () -> {
            for (int number = next.getAndIncrement(); number < until; number = next.getAndIncrement()) {
                LoadDevice one = device.apply(number);
                try (HttpsWire wire = fleet.connect()) {
                    LoadDevice.Outcome outcome = one.register(wire);
                    if (!outcome.assigned()) {
                        throw new IOException(one.id() + " was not assigned: " + outcome);
                    }
                }
            }
        });
    }
}
