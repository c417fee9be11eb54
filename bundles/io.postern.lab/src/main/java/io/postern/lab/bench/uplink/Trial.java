// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.uplink;

import io.postern.ctl.EventStream;
import io.postern.ctl.ServiceException;
import io.postern.lab.Child;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.Machine;
import io.postern.lab.load.Seen;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * One contender, once: idle, at a pace, and as fast as it can. The hub's own count says what was acknowledged.
 *
 * @param settle before memory is looked at
 * @param seconds of each part
 * @param perSecond the pace
 */
record Trial(LabCloud cloud, HubCount count, Duration settle, int seconds, double perSecond) {
    private static final Duration DRAIN = Duration.ofSeconds(180);
    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final double MEGA = 1e6;

    /**
     * What came of it.
     *
     * @param rate acknowledged in a second, from the first taken to the last acknowledged
     * @param taken in a second while it took any
     * @param cpuFull milliseconds on a core for 1,000 readings at full speed, of the contender alone
     * @param hubFull the hub's, in the same time
     * @param cpuPaced as {@code cpuFull}, at the pace
     * @param wakes of the contender's threads for each reading, at the pace
     * @param pacedRate what was reached of the pace
     * @param cpuIdle milliseconds on a core in a second, connected and without readings
     * @param idle megabytes, VmRSS
     * @param paced the same at the end of the pace
     * @param pacedShare Pss
     * @param p50 milliseconds from the offer to the event seen by a reader of the hub, at the pace
     * @param others the most cores that others kept busy during a part
     */
    record Result(
            double rate,
            double taken,
            double cpuFull,
            double hubFull,
            double cpuPaced,
            double wakes,
            double pacedRate,
            double cpuIdle,
            double idle,
            double paced,
            double pacedShare,
            double p50,
            double p99,
            double others) {}

    Result run(Contender contender, Seen seen)
            throws IOException, LabException, InterruptedException, ServiceException {
        try (Contender.Running running = contender.start()) {
            Child process = running.process();
            pause(settle);
            Machine resting = Machine.watch(process.pid());
            pause(IDLE);
            double cpuIdle = resting.cpuTime(process.pid()).toMillis() / seconds(resting.elapsed());
            double idle = process.residentBytes() / MEGA;
            warmUp(running);
            Paced paced = paced(running, seen);
            double share = Machine.proportional(process.pid()).orElse(0L) / MEGA;
            double resident = process.residentBytes() / MEGA;
            Full full = full(running);
            return new Result(
                    full.rate,
                    full.taken,
                    full.cpu,
                    full.hubCpu,
                    paced.cpu,
                    paced.wakes,
                    paced.rate,
                    cpuIdle,
                    idle,
                    resident,
                    share,
                    seen.latencies().micros(0.5) / 1e3,
                    seen.latencies().micros(0.99) / 1e3,
                    Math.max(paced.others, full.others));
        }
    }

    private record Paced(double rate, double cpu, double wakes, double others) {}

    private record Full(double rate, double taken, double cpu, double hubCpu, double others) {}

    private void warmUp(Contender.Running running) throws IOException, LabException, InterruptedException {
        long before = count.now();
        running.begin(perSecond);
        pause(Duration.ofSeconds(seconds));
        drain(running, before + running.end());
    }

    private Paced paced(Contender.Running running, Seen seen)
            throws IOException, LabException, InterruptedException, ServiceException {
        try (EventStream events = cloud.operator().newEvents(notice -> {})) {
            long before = count.now();
            seen.forgetLatencies();
            Machine machine =
                    Machine.watch(cloud.process().pid(), running.process().pid());
            long wakes = Machine.wakes(running.process().pid());
            running.begin(perSecond);
            while (machine.elapsed().toSeconds() < seconds) {
                seen.read(events, LOOK);
            }
            double acknowledged = count.now() - before;
            var paced = new Paced(
                    acknowledged / seconds(machine.elapsed()),
                    each(machine.cpuTime(running.process().pid()), acknowledged),
                    (Machine.wakes(running.process().pid()) - wakes) / acknowledged,
                    machine.others());
            long taken = running.end();
            drain(running, before + taken);
            while (seen.read(events, LOOK) > 0) {
                // to the last
            }
            return paced;
        }
    }

    private Full full(Contender.Running running) throws IOException, LabException, InterruptedException {
        long before = count.now();
        Machine machine = Machine.watch(cloud.process().pid(), running.process().pid());
        running.begin(0);
        pause(Duration.ofSeconds(seconds));
        long taken = running.end();
        double ended = seconds(machine.elapsed());
        drain(running, before + taken);
        double drained = seconds(machine.elapsed());
        return new Full(
                taken / drained,
                taken / ended,
                each(machine.cpuTime(running.process().pid()), taken),
                each(machine.cpuTime(cloud.process().pid()), taken),
                machine.others());
    }

    /** Waits until the hub has accepted {@code wanted} in all. */
    private void drain(Contender.Running running, long wanted) throws IOException, LabException, InterruptedException {
        long deadline = System.nanoTime() + DRAIN.toNanos();
        while (count.now() < wanted) {
            if (System.nanoTime() > deadline || !running.process().isAlive()) {
                throw new LabException(
                        (wanted - count.now()) + " readings were taken and never came to the hub; the end"
                                + " of the log:\n" + running.process().lastWords(15));
            }
            pause(LOOK);
        }
    }

    private static double each(Duration cpu, double number) {
        return cpu.toMillis() / number * 1000;
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }

    static void pause(Duration time) throws InterruptedException {
        LockSupport.parkNanos(time.toNanos());
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
