// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.LeafOrders;
import io.postern.gateway.spi.Line;
import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import io.postern.sensor.Model.Content;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings configured leaves together with their drivers and lines, each of which may come and go at any time: a leaf is kept
 * while all it needs is there. What happens to one leaf, driver or line touches no other.
 */
final class Leaves implements LeafOffice, LeafOrders {
    private static final Logger LOG = LoggerFactory.getLogger(Leaves.class);

    private final Leaf.Depot depot;
    private final Roster roster;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock(); // pairs and parts; held while a task ends
    private final List<Driver> drivers = new ArrayList<>(); // guarded by lock
    private final List<Line> lines = new ArrayList<>(); // guarded by lock
    private final Map<DeviceId, Member> members = new ConcurrentHashMap<>(); // at most what the roster takes

    /** One configured leaf and what keeps it now. */
    private static final class Member {
        final Leaf leaf;
        final String configuration;
        volatile Optional<Kept> kept = Optional.empty();
        String refusal = ""; // guarded by lock

        Member(Leaf leaf, String configuration) {
            this.leaf = leaf;
            this.configuration = configuration;
        }
    }

    /** @param need of its line; none for an instrument that is on none */
    private record Kept(LeafKeeper keeper, Driver driver, Optional<Line> line, Optional<BusPlan.Need> need) {}

    /** A configured leaf; closing takes it away. */
    interface Membership extends AutoCloseable {
        @Override
        void close();
    }

    Leaves(Leaf.Depot depot, Roster roster, LongSupplier nanoTime) {
        this.depot = depot;
        this.roster = roster;
        this.nanoTime = nanoTime;
    }

    /**
     * Adds a leaf. It is kept from now on, or from when its driver and line are there.
     *
     * @param configuration by which the log names it
     * @throws IllegalArgumentException naming the key {@code leaf} when another has it
     * @throws IOException when what is stored of it cannot be read
     */
    Membership add(LeafSettings settings, Template template, String configuration) throws IOException {
        lock.lock();
        try {
            Roster.Seat seat =
                    roster.take(new LeafDevice(settings.leaf(), Optional.of(template.modelId())), configuration);
            Member member;
            try {
                member = new Member(Leaf.open(settings, template, depot, seat), configuration);
            } catch (IOException | RuntimeException e) {
                seat.close();
                throw e;
            }
            members.put(settings.leaf(), member);
            pair(member);
            return () -> remove(member);
        } finally {
            lock.unlock();
        }
    }

    private void remove(Member member) {
        lock.lock();
        try {
            if (members.remove(member.leaf.id(), member)) {
                part(member);
                member.leaf.close();
                pairAll();
            }
        } finally {
            lock.unlock();
        }
    }

    void come(Driver driver) {
        lock.lock();
        try {
            drivers.add(driver);
            pairAll();
        } finally {
            lock.unlock();
        }
    }

    /** When this returns nobody uses {@code driver} any more. */
    void go(Driver driver) {
        lock.lock();
        try {
            drivers.remove(driver);
            members.values().stream()
                    .filter(member ->
                            member.kept.filter(kept -> kept.driver() == driver).isPresent())
                    .forEach(member -> {
                        part(member);
                        member.leaf.silent("driver", "the driver " + driver.name() + " is gone");
                    });
            pairAll();
        } finally {
            lock.unlock();
        }
    }

    void come(Line line) {
        lock.lock();
        try {
            lines.add(line);
            pairAll();
        } finally {
            lock.unlock();
        }
    }

    /** When this returns nobody uses {@code line} any more. */
    void go(Line line) {
        lock.lock();
        try {
            lines.remove(line);
            members.values().stream()
                    .filter(member -> member.kept
                            .flatMap(Kept::line)
                            .filter(each -> each == line)
                            .isPresent())
                    .forEach(member -> {
                        part(member);
                        member.leaf.silent("line", "the line " + line.name() + " is gone");
                    });
            pairAll();
        } finally {
            lock.unlock();
        }
    }

    /** Looks after silent leaves; to be called about once a second. */
    void look() {
        for (Member member : members.values()) {
            try {
                member.kept.ifPresent(kept -> kept.keeper().look());
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue("deviceId", member.leaf.id())
                        .setCause(e)
                        .log("a defect; please report it");
            }
        }
    }

    private void pairAll() {
        members.values().stream()
                .sorted(Comparator.comparing(member -> member.leaf.id().text()))
                .forEach(this::pair);
    }

    private void pair(Member member) {
        if (member.kept.isPresent() || member.leaf.state() instanceof LeafState.Tombstoned) {
            return;
        }
        LeafSettings settings = member.leaf.settings();
        String wanted = member.leaf.template().driver();
        Optional<Driver> driver =
                drivers.stream().filter(each -> each.name().equals(wanted)).findFirst();
        Optional<Line> line = lines.stream()
                .filter(each -> each.name().equals(settings.line()))
                .findFirst();
        if (driver.isEmpty()) {
            member.leaf.refused("waits for the driver " + wanted);
        } else if (line.isEmpty() && !settings.line().isEmpty()) {
            member.leaf.refused("waits for the line " + settings.line());
        } else {
            try {
                begin(member, driver.get(), line);
                member.refusal = "";
                member.leaf.refused("");
            } catch (IllegalArgumentException | TemplateException e) {
                refuse(member, String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                part(member);
                refuse(member, "a defect of the driver " + wanted + ": " + e);
            }
        }
    }

    private void begin(Member member, Driver driver, Optional<Line> line) throws TemplateException {
        Leaf leaf = member.leaf;
        var fields = new LeafFields(leaf.template(), leaf.settings().period());
        Kept kept =
                switch (driver.instrument(leaf.template(), leaf.settings().address())) {
                    case Instrument.Polled polled -> {
                        Line its = line.orElseThrow(() -> new IllegalArgumentException("line: the template "
                                + leaf.template().name() + " is of instruments on a line, name one"));
                        BusPlan.Need need = admitted(member, its, polled, fields);
                        yield new Kept(
                                new PolledKeeper(leaf, fields, polled, its, depot.clock(), nanoTime),
                                driver,
                                line,
                                Optional.of(need));
                    }
                    case Instrument.Watched watched -> {
                        if (line.isPresent()) {
                            throw new IllegalArgumentException("line: the template "
                                    + leaf.template().name() + " is of instruments on no line, leave the key out");
                        }
                        yield new Kept(
                                new WatchedKeeper(leaf, fields, watched, depot.clock(), nanoTime),
                                driver,
                                line,
                                Optional.empty());
                    }
                };
        member.kept = Optional.of(kept);
        kept.keeper().start();
    }

    /** @throws IllegalArgumentException when the line has not that much time left */
    private BusPlan.Need admitted(Member member, Line line, Instrument.Polled polled, LeafFields fields) {
        List<BusPlan.Group> groups = new ArrayList<>();
        fields.groups()
                .forEach((period, names) -> groups.add(new BusPlan.Group(period, polled.plan(line.timing(), names))));
        var need = new BusPlan.Need(member.leaf.id().text(), groups);
        List<BusPlan.Need> others = members.values().stream()
                .map(other -> other.kept)
                .flatMap(Optional::stream)
                .filter(kept -> kept.line().filter(each -> each == line).isPresent())
                .flatMap(kept -> kept.need().stream())
                .toList();
        Optional<String> refusal = BusPlan.refusal(line.name(), others, need);
        if (refusal.isPresent()) {
            throw new IllegalArgumentException(refusal.get());
        }
        return need;
    }

    /** The same words as for a component that refuses its configuration; once for each reason. */
    private static void refuse(Member member, String why) {
        if (!why.equals(member.refusal)) {
            LOG.atError().addKeyValue("configuration", member.configuration).log("not started: " + why);
        }
        member.refusal = why;
        member.leaf.refused(why);
    }

    private static void part(Member member) {
        member.kept.ifPresent(kept -> kept.keeper().close());
        member.kept = Optional.empty();
    }

    @Override
    public List<LeafOffice.Entry> leaves() {
        return members.values().stream()
                .map(member -> member.leaf.entry())
                .sorted(Comparator.comparing(entry -> entry.leaf().text()))
                .toList();
    }

    @Override
    public void approve(DeviceId leaf) throws IOException {
        find(leaf).leaf.approve();
    }

    @Override
    public void replace(DeviceId leaf) throws IOException {
        find(leaf).leaf.replace();
    }

    @Override
    public void retire(DeviceId leaf) throws IOException {
        Member member = find(leaf);
        lock.lock();
        try {
            member.leaf.retire();
            part(member);
            pairAll();
        } finally {
            lock.unlock();
        }
    }

    private Member find(DeviceId leaf) {
        Member member = members.get(leaf);
        if (member == null) {
            throw new IllegalArgumentException("leaf: no configuration io.postern.gateway.leaf~... is of leaf " + leaf);
        }
        return member;
    }

    @Override
    public Optional<Model> model(DeviceId leaf) {
        return Optional.ofNullable(members.get(leaf))
                .map(member -> member.leaf.template().model());
    }

    @Override
    public boolean isReady(DeviceId leaf) {
        Member member = members.get(leaf);
        return member != null && member.kept.isPresent() && member.leaf.state() instanceof LeafState.Live;
    }

    @Override
    public Outcome write(DeviceId leaf, String field, Measurement value, Attempt attempt, Duration patience)
            throws InterruptedException {
        Member member = members.get(leaf);
        if (member == null) {
            return new Outcome.NotInModel("leaf " + leaf + " is not configured on this gateway");
        }
        Model model = member.leaf.template().model();
        Optional<Outcome> objection = OrderDesk.objection(model, field, value);
        if (objection.isPresent()) {
            return objection.get();
        }
        LeafState state = member.leaf.state();
        if (!state.maySpeak()) {
            return new Outcome.Held(
                    "leaf " + leaf + " is " + state.text() + (state.reason().isEmpty() ? "" : ": " + state.reason()));
        }
        Optional<Kept> kept = member.kept;
        if (kept.isEmpty()) {
            return new Outcome.NotAnswering(
                    "leaf " + leaf + ": " + member.leaf.entry().reason(), false);
        }
        boolean command = model.contents().get(field) instanceof Content.Command;
        boolean readFirst = attempt == Attempt.AGAIN && !command;
        return OrderDesk.outcome(kept.get().keeper().write(field, value, readFirst, patience), value, command);
    }
}
