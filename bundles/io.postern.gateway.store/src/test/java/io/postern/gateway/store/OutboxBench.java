// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.internal.MqttPersistentData;
import org.eclipse.paho.client.mqttv3.persist.MqttDefaultFilePersistence;

/**
 * {@code ./postern bench outbox}: what a message costs the disk until it is safe, and how long its caller waits. All write
 * bodies of 100 octets on an ext4 of their own, one after the other: the outbox, a file that each message is appended to
 * and synced, Paho's file store, and for the limit a preallocated file whose one sector is written and synced.
 */
final class OutboxBench {
    private static final Bytes BODY = Bytes.utf8("{\"n\":1,\"note\":\"%s\"}".formatted("x".repeat(81)));
    private static final int LEAVES = 10;
    private static final int CALLERS = 40; // who together offer 1,000 a second, each waiting for its own
    private static final int FLAT_OUT_SECONDS = 5;
    private static final int RUN_IN = 2; // seconds of a pace before it counts
    private static final int MEGA = 1 << 20;
    private static final List<DeviceId> NAMES = IntStream.range(0, LEAVES)
            .mapToObj(number -> DeviceId.of("leaf-" + number))
            .toList();

    private OutboxBench() {}

    /** Keeps messages; returns when one is safe. */
    private interface Store extends AutoCloseable {
        void put(long number) throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Opens a store in an empty directory. */
    private interface Opening {
        Store in(Path directory) throws IOException;
    }

    private record Outcome(long messages, double seconds, long p50, long p99) {}

    public static void main(String[] args) throws Exception {
        int seconds = option(args, "--seconds", 15);
        int stored = option(args, "--recovery", 1_000_000);
        Path home = Files.createTempDirectory(Path.of("/var/tmp"), "postern-bench-outbox");
        System.out.println("load before: " + load());
        try (LoopDisk disk = LoopDisk.make(home)) {
            System.out.printf(
                    "%-34s %10s %9s %9s %12s %14s%n",
                    "figure", "reached/s", "p50 ms", "p99 ms", "octets/body", "flushes/1,000");
            for (int rate : List.of(10, 1000)) {
                int callers = rate == 10 ? 1 : CALLERS;
                measure(disk, "outbox", OutboxBench::journal, rate, callers, seconds);
                measure(disk, "synced append", OutboxBench::append, rate, callers, seconds);
                measure(disk, "Paho's file store", OutboxBench::paho, rate, callers, seconds);
                measure(disk, "limit: one sector synced", OutboxBench::sector, rate, 1, seconds);
            }
            for (int callers : List.of(1, 10, 1000)) {
                measure(disk, "outbox", OutboxBench::journal, 0, callers, FLAT_OUT_SECONDS);
            }
            if (stored > 0) {
                recovery(disk.place(), stored);
            }
        } finally {
            remove(home);
        }
        System.out.println("load after: " + load());
    }

    private static int option(String[] args, String name, int usual) {
        int at = Arrays.asList(args).indexOf(name);
        return at < 0 ? usual : Integer.parseInt(args[at + 1]);
    }

    private static void measure(LoopDisk disk, String who, Opening opening, int rate, int callers, int seconds)
            throws IOException, InterruptedException {
        Path directory = Files.createDirectory(disk.place().resolve("store"));
        try (Store store = opening.in(directory)) {
            for (int warm = 0; warm < 100; warm++) {
                store.put(warm); // what is made once, the next segment too, is made
            }
            if (rate > 0) {
                run(store, rate, callers, RUN_IN); // the syncs that a store has saved up when it begins are used up
            }
            LoopDisk.Done before = disk.done();
            Outcome outcome = run(store, rate, callers, seconds);
            LoopDisk.Done done = disk.done().since(before);
            System.out.printf(
                    Locale.ROOT,
                    "%-34s %10.0f %9.2f %9.2f %12.1f %14.0f%n",
                    who + ", " + (rate == 0 ? "flat out" : rate + "/s") + " from " + callers,
                    outcome.messages / outcome.seconds,
                    outcome.p50 / 1e6,
                    outcome.p99 / 1e6,
                    done.octets() / (double) outcome.messages / BODY.length(),
                    done.flushes() * 1000.0 / outcome.messages);
        }
        remove(directory);
    }

    /** Each caller puts at its part of the rate, or without rest when it is 0; what comes late comes at once. */
    private static Outcome run(Store store, int rate, int callers, int seconds) throws InterruptedException {
        var numbers = new AtomicLong();
        var times = new ConcurrentLinkedQueue<Long>();
        var failures = new ConcurrentLinkedQueue<IOException>();
        long begun = System.nanoTime();
        long end = begun + Duration.ofSeconds(seconds).toNanos();
        long period = rate == 0 ? 0 : Duration.ofSeconds(callers).toNanos() / rate;
        List<Thread> threads = new ArrayList<>();
        for (int caller = 0; caller < callers; caller++) {
            long first = begun + period * caller / callers;
            threads.add(Thread.startVirtualThread(() -> {
                try {
                    for (long due = first; Math.max(due, System.nanoTime()) - end < 0; due += period) {
                        LockSupport.parkNanos(due - System.nanoTime());
                        long from = System.nanoTime();
                        store.put(numbers.incrementAndGet());
                        times.add(System.nanoTime() - from);
                    }
                } catch (IOException e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException("the store has failed", failures.peek());
        }
        long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
        return new Outcome(
                sorted.length,
                (System.nanoTime() - begun) / 1e9,
                sorted[sorted.length / 2],
                sorted[sorted.length * 99 / 100]);
    }

    private static Store journal(Path directory) throws IOException {
        JournalStore store = JournalStore.open(StoreSettings.of(directory, 256L * MEGA), InstantSource.system());
        JournalOutbox outbox = store.outbox();
        return new Store() {
            @Override
            public void put(long number) throws IOException {
                outbox.append(
                        NAMES.get((int) (number % LEAVES)), Priority.MEASUREMENT, Stamp.confirmed(Instant.now()), BODY);
            }

            @Override
            public void close() {
                store.close();
            }
        };
    }

    private static Store append(Path directory) throws IOException {
        FileChannel file = FileChannel.open(
                directory.resolve("log"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
        return new Store() {
            @Override
            public synchronized void put(long number) throws IOException {
                file.write(ByteBuffer.wrap(BODY.toArray()));
                file.force(false);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }

    private static Store sector(Path directory) throws IOException {
        FileChannel file =
                FileChannel.open(directory.resolve("sector"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        file.write(ByteBuffer.allocate(4096), 0);
        file.force(true);
        return new Store() {
            @Override
            public synchronized void put(long number) throws IOException {
                file.write(ByteBuffer.allocate(512).putLong(0, number), 0);
                file.force(false);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }

    /** As its client uses it: put when it is published, removed when it is acknowledged, which is at once here. */
    private static Store paho(Path directory) throws IOException {
        var files = new MqttDefaultFilePersistence(directory.toString());
        try {
            files.open("bench", "tcp://127.0.0.1:1883");
        } catch (MqttException e) {
            throw new IOException(e);
        }
        byte[] body = BODY.toArray();
        return new Store() {
            @Override
            public synchronized void put(long number) throws IOException {
                String key = "s-" + number % 65_536;
                try {
                    files.put(key, new MqttPersistentData(key, body, 0, body.length, new byte[0], 0, 0));
                    files.remove(key);
                } catch (MqttException e) {
                    throw new IOException(e);
                }
            }

            @Override
            public void close() throws IOException {
                try {
                    files.close();
                } catch (MqttException e) {
                    throw new IOException(e);
                }
            }
        };
    }

    /** A start on a store in which many wait: how long, and what they take of the heap. */
    private static void recovery(Path place, int messages) throws IOException, InterruptedException {
        Path directory = Files.createDirectory(place.resolve("many"));
        long capacity = Math.max(64L * MEGA, messages * 250L);
        var settings = new StoreSettings(directory, capacity, 4 * MEGA, Duration.ofMillis(5), DropRules.DEFAULT);
        long empty = heap();
        try (JournalStore store = JournalStore.open(settings, InstantSource.system())) {
            JournalOutbox outbox = store.outbox();
            int each = messages / 1000;
            List<Thread> threads = new ArrayList<>();
            for (int caller = 0; caller < 1000; caller++) {
                DeviceId leaf = NAMES.get(caller % LEAVES);
                threads.add(Thread.startVirtualThread(() -> {
                    try {
                        for (int n = 0; n < each; n++) {
                            outbox.append(leaf, Priority.MEASUREMENT, Stamp.confirmed(Instant.now()), BODY);
                        }
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        long begun = System.nanoTime();
        try (JournalStore store = JournalStore.open(settings, InstantSource.system())) {
            double seconds = (System.nanoTime() - begun) / 1e9;
            long waiting = store.report().messages().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            System.out.printf(
                    Locale.ROOT,
                    "start with %,d messages that wait: %.2f s, %.1f octets of heap for each%n",
                    waiting,
                    seconds,
                    (heap() - empty) / (double) waiting);
        }
        remove(directory);
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
