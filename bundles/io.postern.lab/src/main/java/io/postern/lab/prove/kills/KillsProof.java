// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.kills;

import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Kills a cloud side under load at random moments, one in four times once more while it starts, and looks each time
 * whether all is there that clients were acknowledged.
 */
public final class KillsProof {
    private static final int LONGEST_LOAD_MS = 2_500;
    private static final int LONGEST_START_MS = 2_500; // a start takes 2 s
    private static final int AWAY = 3; // rounds in which one device leaves its commands waiting

    /**
     * What was acknowledged and what became of it.
     *
     * @param twins changes of reported and desired properties
     * @param completed commands whose completion was acknowledged
     * @param twice messages that stand in the stream more than once
     * @param unacknowledged messages in the stream that were not acknowledged before the kill
     * @param redelivered commands that came again because the device's acknowledgement was not heard
     * @param restarts seconds from the start of the process until it listens
     * @param faults whatever is lost or wrong; empty when the proof holds
     */
    public record Result(
            int kills,
            long telemetry,
            long twins,
            long commands,
            long completed,
            long identities,
            long twice,
            long unacknowledged,
            long redelivered,
            List<Double> restarts,
            List<String> faults) {}

    private final LabCloud cloud;
    private final RandomGenerator random;
    private final Consumer<String> progress;
    private final Ledger ledger = new Ledger();
    private final List<Double> restarts = new ArrayList<>();
    private final List<String> early = new ArrayList<>();
    private int kills;

    /** @param random decides about the moments */
    public KillsProof(LabCloud cloud, RandomGenerator random, Consumer<String> progress) {
        this.cloud = cloud;
        this.random = random;
        this.progress = progress;
    }

    /** @param times how many rounds of load, kill and return */
    public Result run(int times) throws IOException, LabException, InterruptedException {
        for (DeviceId device : Load.all()) {
            cloud.operator().devices().create(device, Optional.empty(), true);
        }
        var audit = new Audit(cloud, ledger);
        for (int round = 1; round <= times; round++) {
            Duration moment = Duration.ofMillis(random.nextInt(LONGEST_LOAD_MS));
            var load = new Load(cloud, ledger, round);
            load.start();
            LockSupport.parkNanos(moment.toNanos());
            load.expectTheEnd();
            cloud.kill();
            kills++;
            early.addAll(load.join());
            comeBack();
            audit.check(round % AWAY == 0 || round == times);
            progress.accept(String.format(
                    "kill %d, %d ms under load: back in %.1f s; %,d messages accepted so far, faults: %d",
                    round,
                    moment.toMillis(),
                    restarts.getLast(),
                    ledger.telemetryAccepted().size(),
                    audit.faults().size() + early.size()));
        }
        return result(audit);
    }

    private void comeBack() throws IOException, LabException, InterruptedException {
        if (random.nextInt(4) == 0) {
            cloud.stumble(Duration.ofMillis(random.nextInt(LONGEST_START_MS)));
            kills++;
        }
        long begin = System.nanoTime();
        cloud.comeBack();
        restarts.add((System.nanoTime() - begin) / 1e9);
    }

    private Result result(Audit audit) {
        List<String> faults = new ArrayList<>(early);
        faults.addAll(audit.faults());
        return new Result(
                kills,
                ledger.telemetryAccepted().size(),
                ledger.parts().values().stream()
                        .mapToLong(Ledger.Part::acknowledged)
                        .sum(),
                ledger.commandsAccepted(),
                ledger.commandsDone(),
                ledger.identities().size(),
                audit.twice(),
                audit.unacknowledged(),
                audit.redelivered(),
                restarts,
                faults);
    }
}
