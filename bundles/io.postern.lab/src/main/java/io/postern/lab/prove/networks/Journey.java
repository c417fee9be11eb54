// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.networks;

import io.postern.ctl.EventStream;
import io.postern.ctl.ServiceException;
import io.postern.lab.LabException;
import io.postern.lab.load.Seen;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Leads gateways through ordeals, all of them at once through each, and watches the hub's events meanwhile. */
public final class Journey {
    private static final Duration BEFORE = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration SAMPLE = Duration.ofSeconds(1);
    private static final Duration RETURN = Duration.ofSeconds(180); // a minute's pause, a minute's slot, and the work
    private static final Duration SILENT = Duration.ofSeconds(60); // nothing more comes

    private final List<Traveller> travellers;
    private final EventStream events;
    private long looked;

    /**
     * What became of one gateway in one ordeal.
     *
     * @param resident megabytes of the process, at most
     * @param queued megabytes in the outbox, at most
     * @param bounded whether the outbox kept to its capacity
     * @param attempts connections made while it lasted, or sessions that the gateway tried to open, whatever is more
     * @param lasted how long that was
     * @param back until a reading offered after the end was in the hub's events; empty when none came
     * @param drained until all that had waited was there, too
     * @param foundOut whether the gateway knew that the hub is away for it, and said so
     * @param named whether it always had a word for its state
     * @param states which
     * @param missing accepted readings that are not in the hub, in the end
     * @param late readings that came out of order
     * @param repeated readings that came again
     */
    public record Result(
            String gateway,
            Ordeal ordeal,
            double resident,
            double queued,
            boolean bounded,
            long attempts,
            Duration lasted,
            Optional<Duration> back,
            Optional<Duration> drained,
            boolean foundOut,
            boolean named,
            Set<String> states,
            long accepted,
            long missing,
            long late,
            long repeated) {
        public Result {
            states = Set.copyOf(states);
        }

        public double attemptsPerHour() {
            return attempts * 3600.0e9 / lasted.toNanos();
        }

        /**
         * As many connections as there may be: some for each of six identities, of which each was cut, and for the tokens;
         * then one every two seconds, which is what scouts and those that follow them never reach.
         */
        public long mostAttempts() {
            return 30 + lasted.toSeconds() / 2;
        }

        /** Whether nothing was lost or mixed up, and the gateway was back at all. */
        public boolean isSafe() {
            return missing == 0 && late == 0 && bounded && named && (foundOut || !ordeal.cut()) && back.isPresent();
        }
    }

    public Journey(List<Traveller> travellers, EventStream events) {
        this.travellers = List.copyOf(travellers);
        this.events = events;
    }

    /** @param perSecond readings that each gateway is offered all the time */
    public List<Result> through(Ordeal ordeal, double perSecond)
            throws IOException, LabException, ServiceException, InterruptedException {
        for (Traveller each : travellers) {
            each.gateway().load(perSecond, 0);
        }
        watch(System.nanoTime() + BEFORE.toNanos(), List.of());
        List<Log> logs = new ArrayList<>();
        for (Traveller each : travellers) {
            logs.add(new Log(each, ordeal));
        }
        watch(System.nanoTime() + ordeal.lasts().toNanos(), logs);
        for (Log each : logs) {
            each.heal();
        }
        long deadline = System.nanoTime() + RETURN.toNanos();
        while (!areBack(logs) && System.nanoTime() < deadline) {
            watch(System.nanoTime() + LOOK.toNanos(), logs);
        }
        for (Traveller each : travellers) {
            each.gateway().rest();
        }
        awaitAll(logs);
        List<Result> results = new ArrayList<>();
        for (Log each : logs) {
            results.add(each.result());
        }
        return results;
    }

    private void watch(long until, List<Log> logs) throws IOException, ServiceException, InterruptedException {
        do {
            read(LOOK);
            if (System.nanoTime() - looked > SAMPLE.toNanos()) {
                looked = System.nanoTime();
                for (Log each : logs) {
                    each.look();
                }
            }
        } while (System.nanoTime() < until);
    }

    private int read(Duration wait) throws ServiceException, InterruptedException {
        return Seen.readAll(
                events, wait, travellers.stream().map(Traveller::seen).toList());
    }

    private static boolean areBack(List<Log> logs) {
        boolean all = true;
        for (Log each : logs) {
            all &= each.isBack();
        }
        return all;
    }

    private void awaitAll(List<Log> logs) throws IOException, ServiceException, InterruptedException {
        long last = System.nanoTime();
        long missing = 1;
        while (missing > 0 && System.nanoTime() - last < SILENT.toNanos()) {
            if (read(LOOK) > 0) {
                last = System.nanoTime();
            }
            missing = 0;
            for (Log each : logs) {
                missing += each.missing();
            }
        }
    }
}
