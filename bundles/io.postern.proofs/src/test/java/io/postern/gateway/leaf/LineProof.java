// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.modbus.SimulatedTimeDriver;
import io.postern.gateway.serial.SerialLine;
import io.postern.gateway.serial.SimulatedWire;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.LineReport;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.StateStore;
import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.modbus.SimulatedBus;
import io.postern.lab.sim.modbus.TemplateInstruments;
import io.postern.proofs.FaultSchedule;
import io.postern.proofs.Oracle;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.modbus.Framing;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A day of a line and all that goes wrong on it, in simulated time: the gateway's own scheduler, line, Modbus driver and
 * leaves against simulated instruments, with an {@link Oracle} that sees both ends. The same seed gives the same day.
 */
public final class LineProof {
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");
    private static final CharacterFormat FORMAT = CharacterFormat.parse(19_200, "8E1");
    private static final Duration PERIOD = Duration.ofSeconds(2);
    private static final Duration PATIENCE = PERIOD.multipliedBy(3);
    private static final Duration LAST_READING = PERIOD.multipliedBy(2);
    private static final double LEAST_SHARE = 0.95; // of readings of instruments with which all is well

    /** What a run has shown. */
    public record Result(
            long seed,
            Duration length,
            int faultsMade,
            int absences,
            List<LeafResult> leaves,
            LineReport line,
            List<String> wrong) {}

    /** @param share readings while all was well with it, of those that were due then */
    public record LeafResult(String leaf, String state, long readings, long gaps, double share) {}

    private final long seed;
    private final Duration length;
    private final int units;
    private final Template template;
    private final TemplateInstruments type;
    private final FaultSchedule schedule;
    private final Oracle oracle;

    public LineProof(Template template, long seed, Duration length, int units) throws TemplateException {
        this.seed = seed;
        this.length = length;
        this.units = units;
        this.template = template;
        this.type = TemplateInstruments.of(template);
        this.schedule = new FaultSchedule(new SplittableRandom(seed), length, units);
        this.oracle = new Oracle(type, PATIENCE);
    }

    public Result run() throws IOException, InterruptedException {
        var bus = new SimulatedBus(0, new SplittableRandom(seed + 1)).witness(oracle::witness);
        IntStream.rangeClosed(1, units).forEach(unit -> bus.put(unit, type));
        schedule.faults().forEach(bus::add);
        var wire = new SimulatedWire[1];
        var leaves = new Leaves[1];
        wire[0] = new SimulatedWire(
                bus.station(Framing.RTU, FORMAT), FORMAT, schedule::isPlugged, () -> leaves[0].look(), length);
        leaves[0] = new Leaves(depot(wire[0]), new Roster(List.of()), wire[0]::nanoTime);
        leaves[0].come(new SimulatedTimeDriver(wire[0]::nanoTime));
        List<Leaves.Membership> members = new ArrayList<>();
        for (int unit = 1; unit <= units; unit++) {
            oracle.follow(leaf(unit), unit);
            members.add(leaves[0].add(settings(unit), template, "io.postern.gateway.leaf~" + leaf(unit)));
        }
        try (SerialLine line = wire[0].line("main")) {
            leaves[0].come(line);
            wire[0].begin();
            wire[0].awaitEnd();
            Result result = result(leaves[0], line);
            leaves[0].go(line);
            members.forEach(Leaves.Membership::close);
            return result;
        }
    }

    private Leaf.Depot depot(SimulatedWire wire) {
        return new Leaf.Depot(
                new Facts(),
                new Messages(),
                reading -> oracle.published(reading, isHealthy(reading.leaf(), wire.nanoTime())),
                GatewayClock.confirmed(() -> NEW_YEAR.plusNanos(wire.nanoTime())));
    }

    private boolean isHealthy(DeviceId leaf, long moment) {
        return schedule.isHealthy(Integer.parseInt(leaf.text().substring("meter-".length())), moment);
    }

    private static DeviceId leaf(int unit) {
        return DeviceId.of("meter-" + unit);
    }

    private LeafSettings settings(int unit) {
        return new LeafSettings(
                leaf(unit),
                template.name(),
                "main",
                "unit:" + unit,
                Optional.of(PERIOD),
                LeafSettings.Approval.AUTO,
                Duration.ofMinutes(10));
    }

    private Result result(Leaves leaves, SerialLine line) {
        Instant end = NEW_YEAR.plus(length);
        List<LeafResult> all = new ArrayList<>();
        for (var entry : leaves.leaves()) {
            DeviceId id = entry.leaf();
            int unit = Integer.parseInt(id.text().substring("meter-".length()));
            long due = IntStream.range(0, (int) (length.toSeconds() / PERIOD.toSeconds()))
                    .filter(each ->
                            schedule.isHealthy(unit, PERIOD.multipliedBy(each).toNanos()))
                    .count();
            double share = due == 0 ? 1 : (double) oracle.healthyReadings(id) / due;
            all.add(new LeafResult(id.text(), entry.state(), oracle.readings(id), oracle.gaps(id), share));
            if (!entry.state().equals("live")) {
                oracle.fault(id + " ends as " + entry.state() + ": " + entry.reason());
            }
            boolean reads = oracle.last(id)
                    .filter(last -> Duration.between(last, end).compareTo(LAST_READING) <= 0)
                    .isPresent();
            if (!reads) {
                oracle.fault(id + " is not read any more, last at " + oracle.last(id));
            }
            if (share < LEAST_SHARE) {
                oracle.fault("%s has %.1f %% of its readings while only others are faulty".formatted(id, 100 * share));
            }
        }
        return new Result(
                seed,
                length,
                schedule.faults().size(),
                schedule.absences().size(),
                all,
                line.report(),
                oracle.faults());
    }

    /** Facts in memory. */
    private static final class Facts implements StateStore {
        private final Map<String, JsonObject> facts = new HashMap<>();

        @Override
        public synchronized Optional<JsonObject> read(String name) {
            return Optional.ofNullable(facts.get(name));
        }

        @Override
        public synchronized void write(String name, JsonObject fact) {
            facts.put(name, fact);
        }

        @Override
        public synchronized void remove(String name) {
            facts.remove(name);
        }
    }

    /** Hands messages to the oracle and forgets them. */
    private final class Messages implements Outbox {
        private long sequence;

        @Override
        public TelemetryMessage append(DeviceId leaf, Priority priority, Stamp taken, Bytes body) {
            oracle.told(leaf, body);
            return new TelemetryMessage(leaf, ++sequence, priority, taken, body);
        }

        @Override
        public List<TelemetryMessage> head(DeviceId leaf, int most) {
            return List.of();
        }

        @Override
        public void confirm(DeviceId leaf, long confirmed) {}

        @Override
        public boolean await(DeviceId leaf, long behind, Duration atMost) {
            return false;
        }
    }
}
