// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.provisioning;

import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How a freshly started service stands with the enrollments it has.
 *
 * @param startSeconds from the start of its process until it listens, one value per start
 * @param heapBytes in use after a full collection, after some registrations
 * @param milliseconds of single registrations one after the other, by devices picked at random
 */
record Standing(List<Double> startSeconds, long heapBytes, List<Double> milliseconds) {
    private static final int STARTS = 3;
    private static final int WARM_UP = 300; // registrations before the measured ones

    /** @param from {@code until} numbers of enrolled devices that have not registered */
    static Standing of(LabCloud cloud, Fleet fleet, int from, int until, int registrations, RandomGenerator random)
            throws IOException, GeneralSecurityException, LabException, InterruptedException {
        List<Double> starts = new ArrayList<>();
        for (int start = 0; start < STARTS; start++) {
            cloud.kill();
            long begin = System.nanoTime();
            cloud.comeBack();
            starts.add((System.nanoTime() - begin) / 1e9);
        }
        List<Double> milliseconds = new ArrayList<>();
        try (HttpsWire wire = fleet.connect()) {
            for (int count = 0; count < WARM_UP + registrations; count++) {
                LoadDevice device = fleet.withKey(random.nextInt(from, until));
                long begin = System.nanoTime();
                LoadDevice.Outcome outcome = device.register(wire);
                if (!outcome.assigned()) {
                    throw new LabException(device.id() + " was not assigned: " + outcome);
                }
                if (count >= WARM_UP) {
                    milliseconds.add((System.nanoTime() - begin) / 1e6);
                }
            }
        }
        long heap = new ServiceProcess(cloud.process().pid()).heapInUse();
        return new Standing(starts, heap, milliseconds);
    }
}
