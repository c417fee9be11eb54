// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * One life of a journal on a {@link SimulatedDisk}, by one seed: messages come, are fetched and confirmed, the disk fails,
 * the power goes, bits turn over. What was accepted must come out as it went in, or be told as missing with a reason that
 * is true; no number may stand for two readings.
 */
final class OutboxProof {
    /** What kind of trouble a seed has. */
    enum Trouble {
        POWER,
        KILLS,
        ERRORS,
        FULL_DISK,
        ROT
    }

    private static final int STEPS = 80;
    private static final int SEGMENT = 8 * 1024;

    private final long seed;
    private final Random random;
    private final Trouble trouble;
    private final SimulatedDisk disk;
    private final JournalStore.Shape shape;
    private final List<DeviceId> leaves = new ArrayList<>();
    private final Map<DeviceId, TreeMap<Long, String>> accepted = new HashMap<>();
    private final Map<DeviceId, Map<Long, String>> seen = new HashMap<>();
    private final Map<DeviceId, Set<String>> offered = new HashMap<>();
    private final Map<String, Set<String>> facts = new HashMap<>(); // what each may be; "" for absent
    private final Map<String, Set<String>> everWritten = new HashMap<>();
    private long nanos;
    private int bodies;
    private boolean readErrors;
    private Journal journal;

    OutboxProof(long seed) throws IOException {
        this.seed = seed;
        this.random = new Random(seed);
        this.trouble = Trouble.values()[(int) Math.floorMod(seed, (long) Trouble.values().length)];
        this.disk = new SimulatedDisk(random);
        this.shape = new JournalStore.Shape(SEGMENT, 6 + random.nextInt(6), DropRules.DEFAULT);
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            DeviceId leaf = DeviceId.of("leaf-" + i);
            leaves.add(leaf);
            accepted.put(leaf, new TreeMap<>());
            seen.put(leaf, new HashMap<>());
            offered.put(leaf, new HashSet<>());
        }
        this.journal = open();
    }

    /** @throws AssertionError saying what was not kept, with the seed */
    void run() throws IOException {
        for (int step = 0; step < STEPS; step++) {
            plan();
            try {
                step();
            } catch (SimulatedDisk.PowerCut e) {
                disk.powerBack();
                restart();
            } catch (IOException e) {
                // told to the caller, who tries again; a close or an open that failed begins anew
                disk.failing(0);
                disk.readOnly(false);
                if (e.getMessage() != null && e.getMessage().startsWith("again")) {
                    restart();
                }
            }
        }
        calm();
        restart();
        settle();
        leaves.forEach(this::nothingIsMissing);
        facts.keySet().forEach(this::checkFact);
        comesBack();
    }

    private void plan() {
        switch (trouble) {
            case POWER -> {
                if (random.nextInt(8) == 0) {
                    disk.cutIn(random.nextInt(1, 12));
                }
            }
            case KILLS, ROT -> {}
            case ERRORS -> {
                disk.failing(random.nextInt(3) == 0 ? 0.2 : 0);
                readErrors = true;
                if (Math.floorMod(seed, 10L) == 2 && random.nextInt(12) == 0) {
                    disk.cutIn(random.nextInt(1, 12)); // what a sync that failed has dropped shows only now
                }
            }
            case FULL_DISK -> {
                disk.full(random.nextBoolean());
                disk.readOnly(random.nextInt(6) == 0);
                nanos += random.nextLong(50_000_000_000L);
            }
        }
    }

    private void calm() {
        disk.failing(0);
        disk.full(false);
        disk.readOnly(false);
        disk.processGone();
        nanos += 200_000_000_000L;
    }

    private void step() throws IOException {
        switch (random.nextInt(12)) {
            case 0, 1, 2, 3, 4 -> append(1 + random.nextInt(8));
            case 5, 6 -> fetch(any(), random.nextBoolean());
            case 7 -> fetch(leaves.getFirst(), true);
            case 8 -> writeFact();
            case 9 -> journal.jot();
            case 10 -> journal.commit(List.of());
            default -> {
                if (random.nextInt(3) == 0) {
                    end();
                }
            }
        }
    }

    private void end() throws IOException {
        switch (trouble) {
            case KILLS -> {
                disk.processGone();
                restart();
            }
            case ROT -> {
                journal.close();
                disk.rot();
                restart();
            }
            case POWER, ERRORS, FULL_DISK -> {
                try {
                    journal.close();
                } finally {
                    calm();
                    restart();
                }
            }
        }
    }

    private Journal open() throws IOException {
        return JournalStore.recover(
                disk, shape, InstantSource.fixed(Instant.parse("2026-03-01T08:00:00Z")), () -> nanos);
    }

    private void restart() throws IOException {
        calm();
        journal = open();
    }

    private DeviceId any() {
        return leaves.get(random.nextInt(leaves.size()));
    }

    private void append(int count) throws IOException {
        List<Pending> group = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String body = "{\"n\":" + ++bodies + ",\"x\":\"" + "x".repeat(random.nextInt(200)) + "\"}";
            DeviceId leaf = any();
            of(offered, leaf).add(body);
            Priority priority = Priority.values()[random.nextInt(3)];
            group.add(new Pending(new Change.Append(
                    leaf,
                    priority,
                    Stamp.confirmed(Instant.ofEpochSecond(1_770_000_000L + bodies)),
                    Bytes.utf8(body))));
        }
        try {
            journal.commit(group);
        } finally {
            group.stream().filter(Pending::isDone).forEach(this::note);
        }
        check(group.stream().allMatch(Pending::isDone), "a commit leaves nobody waiting");
    }

    private void note(Pending pending) {
        Change.Append append = (Change.Append) pending.change;
        long sequence;
        try {
            sequence = pending.await();
        } catch (IOException e) {
            return; // refused, and the caller knows
        }
        TreeMap<Long, String> mine = of(accepted, append.leaf());
        String body = append.body().toUtf8();
        check(mine.isEmpty() || mine.lastKey() < sequence, append.leaf() + " " + sequence + " comes behind " + mine);
        String before = of(seen, append.leaf()).put(sequence, body);
        check(before == null, append.leaf() + " " + sequence + " was " + before + ", now " + body);
        mine.put(sequence, body);
    }

    private void fetch(DeviceId leaf, boolean confirm) throws IOException {
        List<TelemetryMessage> head = JournalOutbox.head(journal, leaf, 1 + random.nextInt(20), Long.MAX_VALUE);
        check(leaf, head);
        if (confirm && !head.isEmpty()) {
            long last = head.get(random.nextInt(head.size())).sequence();
            journal.confirm(leaf, last);
            head.stream().filter(message -> message.sequence() <= last).forEach(message -> told(leaf, message));
        }
    }

    private final Map<DeviceId, Set<Long>> delivered = new HashMap<>();

    /** What the hub has now: a message, or the word on what is missing. */
    private void told(DeviceId leaf, TelemetryMessage message) {
        Set<Long> mine = delivered.computeIfAbsent(leaf, _ -> new HashSet<>());
        if (isGap(message)) {
            Gap gap = Gap.parse(message.body(), message.taken());
            gap.ranges().forEach(range -> of(accepted, leaf)
                    .subMap(range.from(), true, range.to(), true)
                    .keySet()
                    .forEach(mine::add));
        } else {
            mine.add(message.sequence());
        }
    }

    private static boolean isGap(TelemetryMessage message) {
        return message.body().toUtf8().startsWith("{\"gap\"");
    }

    private void check(DeviceId leaf, List<TelemetryMessage> head) {
        long last = 0;
        for (TelemetryMessage message : head) {
            check(message.sequence() > last, leaf + " out of order: " + message.sequence() + " behind " + last);
            last = message.sequence();
            if (isGap(message)) {
                checkGap(leaf, Gap.parse(message.body(), message.taken()));
                continue;
            }
            String body = message.body().toUtf8();
            check(of(offered, leaf).contains(body), leaf + " was never offered " + body);
            String before = of(seen, leaf).putIfAbsent(message.sequence(), body);
            check(
                    before == null || before.equals(body),
                    leaf + " " + message.sequence() + " was " + before + ", now " + body);
        }
    }

    private void checkGap(DeviceId leaf, Gap gap) {
        if (gap.reason().equals(Gap.FULL) || trouble == Trouble.ROT) {
            return;
        }
        if (readErrors && gap.reason().equals(Gap.DAMAGED)) {
            return; // three times in a row it could not be read
        }
        for (Gap.Range range : gap.ranges()) {
            Map<Long, String> lost = of(accepted, leaf).subMap(range.from(), true, range.to(), true);
            check(lost.isEmpty(), leaf + " tells as missing (" + gap.reason() + ") what was accepted: " + lost);
        }
    }

    private void writeFact() throws IOException {
        String name = "fact-" + random.nextInt(4);
        String value = random.nextInt(5) == 0 ? "" : "{\"v\":" + ++bodies + "}";
        var change = value.isEmpty() ? new Change.RemoveFact(name) : new Change.PutFact(name, value);
        var pending = new Pending(change);
        facts.computeIfAbsent(name, _ -> new HashSet<>(Set.of(""))).add(value);
        everWritten.computeIfAbsent(name, _ -> new HashSet<>(Set.of(""))).add(value);
        journal.commit(List.of(pending));
        try {
            pending.await();
            facts.put(name, new HashSet<>(Set.of(value)));
        } catch (IOException e) {
            return; // may or may not be there after the next start
        }
        checkFact(name);
    }

    private void checkFact(String name) {
        try {
            String found = JournalStateStore.read(journal, name).orElse("");
            Set<String> allowed = (trouble == Trouble.ROT ? everWritten : facts).getOrDefault(name, Set.of(""));
            check(allowed.contains(found), name + " is " + found + ", not of " + allowed);
        } catch (IOException e) {
            check(readErrors, name + " cannot be read: " + e);
        }
    }

    private void settle() throws IOException {
        for (int i = 0; i < 5; i++) {
            journal.commit(List.of());
        }
    }

    private void nothingIsMissing(DeviceId leaf) {
        try {
            while (true) {
                List<TelemetryMessage> head = JournalOutbox.head(journal, leaf, 100, Long.MAX_VALUE);
                settle();
                if (head.isEmpty()
                        && JournalOutbox.head(journal, leaf, 100, Long.MAX_VALUE)
                                .isEmpty()) {
                    break;
                }
                check(leaf, head);
                head.forEach(message -> told(leaf, message));
                if (!head.isEmpty()) {
                    journal.confirm(leaf, head.getLast().sequence());
                }
            }
        } catch (IOException e) {
            throw new AssertionError("seed " + seed + ": nothing is wrong with the disk any more", e);
        }
        Set<Long> missing = new HashSet<>(of(accepted, leaf).keySet());
        missing.removeAll(delivered.getOrDefault(leaf, Set.of()));
        check(
                missing.isEmpty(),
                leaf + " lost " + missing + " of " + of(accepted, leaf).keySet());
    }

    private void comesBack() {
        var alarm = new Pending(
                new Change.Append(leaves.getFirst(), Priority.ALARM, Stamp.confirmed(Instant.EPOCH), Bytes.utf8("{}")));
        of(offered, leaves.getFirst()).add("{}");
        journal.commit(List.of(alarm));
        note(alarm);
        check(
                "{}".equals(of(accepted, leaves.getFirst()).lastEntry().getValue()),
                "the disk is well and nothing can be stored: " + journal.counters.trouble());
    }

    private static <T> T of(Map<DeviceId, T> each, DeviceId leaf) {
        return Objects.requireNonNull(each.get(leaf));
    }

    private void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("seed " + seed + " (" + trouble + "): " + what);
        }
    }

    /** {@code ./postern prove outbox [--seeds N] [--seed S]}. */
    public static void main(String[] args) {
        long seeds = 30_000;
        long first = System.nanoTime() & 0xFFFFFF;
        boolean one = false;
        for (int i = 0; i + 1 < args.length; i += 2) {
            switch (args[i]) {
                case "--seeds" -> seeds = Long.parseLong(args[i + 1]);
                case "--seed" -> {
                    first = Long.parseLong(args[i + 1]);
                    one = true;
                }
                default -> {
                    System.err.println("usage: ./postern prove outbox [--seeds N] [--seed FIRST]");
                    System.exit(2);
                }
            }
        }
        if (one && args.length == 2) {
            seeds = 1;
        }
        java.util.logging.LogManager.getLogManager().reset(); // each fault would be a line
        System.exit(run(first, seeds));
    }

    private static int run(long first, long seeds) {
        long begun = System.nanoTime();
        long calls = 0;
        int failed = 0;
        for (long seed = first; seed < first + seeds; seed++) {
            try {
                var proof = new OutboxProof(seed);
                proof.run();
                calls += proof.disk.calls();
            } catch (AssertionError | IOException | RuntimeException e) {
                failed++;
                System.out.println("seed " + seed + " FAILED: " + e);
                if (seeds == 1) {
                    e.printStackTrace(System.out);
                }
                if (failed == 20) {
                    break;
                }
            }
        }
        System.out.printf(
                java.util.Locale.ROOT,
                "seeds %d to %d, %d calls of the disk, %.1f s: %s%n",
                first,
                first + seeds - 1,
                calls,
                (System.nanoTime() - begun) / 1e9,
                failed == 0 ? "all held" : failed + " FAILED; repeat one with --seed N");
        return failed == 0 ? 0 : 1;
    }
}
