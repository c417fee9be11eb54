// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Observation;
import io.postern.sensor.Templates;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code ./postern bench gpio}: from an edge on the wire to its observation accepted, through the whole driver and the
 * kernel's calls. The chip is made up through FUSE in this process: each edge costs kernel round trips that a real chip does
 * not have, so a real one is faster than this. Edges come one at a time, 2 ms apart.
 */
final class EdgeBench {
    private static final int WARM_UP = 2_000;
    private static final int EDGES = 5_000;
    private static final Duration APART = Duration.ofMillis(2);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private EdgeBench() {}

    /** What the observation is handed to. */
    private interface Sink {
        void accept(Observation observation) throws IOException;
    }

    public static void main(String[] args) throws Exception {
        if (!FuseFiles.possible()) {
            System.err.println("postern: bench gpio needs /dev/fuse and the right to mount: run it as root");
            System.exit(1);
        }
        Path directory = Files.createTempDirectory("postern-bench-gpio");
        Path disk = Files.createTempFile(Path.of(args.length > 0 ? args[0] : "/var/tmp"), "postern-bench", ".log");
        System.out.printf("%-44s %9s %9s %12s%n", "figure", "median us", "p99 us", "CPU ms/1000");
        try (FileChannel log = FileChannel.open(disk, StandardOpenOption.WRITE)) {
            run(directory, "edge to sink that does not sync", observation -> {});
            run(directory, "edge to sink that syncs (fdatasync)", observation -> {
                String line = Json.object()
                        .add("taken", observation.nanoTime().orElse(0))
                        .add("values", observation.values().toString())
                        .build()
                        .toString();
                log.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
                log.force(false);
            });
        } finally {
            Files.delete(disk);
            Files.delete(directory);
        }
        System.exit(0);
    }

    private static void run(Path directory, String name, Sink sink) throws Exception {
        BlockingQueue<Long> accepted = new ArrayBlockingQueue<>(16);
        var listener = new Instrument.Listener() {
            @Override
            public void observed(Observation observation) throws InterruptedException {
                try {
                    sink.accept(observation);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                accepted.put(System.nanoTime());
            }

            @Override
            public void deliver(Observation observation) throws InterruptedException {
                observed(observation);
            }

            @Override
            public void failed(IOException why) {
                why.printStackTrace();
            }
        };
        try (FuseFiles files = FuseFiles.mount(directory);
                var driver = new PinDriver(
                        new MemoryStore(),
                        new PinWatch.Surroundings(
                                (address, map, changes) -> Pi4jPin.open(directory, address, map, changes),
                                System::nanoTime))) {
            var chip = new FuseChip(files, "gpiochip0", "bench", true);
            var door =
                    (Instrument.Watched) driver.instrument(Templates.shipped().read("door-contact"), "gpiochip0:0");
            try (Instrument.Watch _ = door.watch(Duration.ofHours(1), listener)) {
                take(accepted);
                edges(chip, accepted, WARM_UP);
                long before = cpu();
                long[] nanos = edges(chip, accepted, EDGES);
                double spent = (cpu() - before) / 1e6 * 1000 / EDGES;
                Arrays.sort(nanos);
                System.out.printf(
                        Locale.ROOT,
                        "%-44s %9.0f %9.0f %12.1f%n",
                        name,
                        nanos[EDGES / 2] / 1e3,
                        nanos[EDGES * 99 / 100] / 1e3,
                        spent);
            }
        }
    }

    private static long take(BlockingQueue<Long> accepted) throws InterruptedException {
        Long at = accepted.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (at == null) {
            throw new IllegalStateException("no observation came within " + PATIENCE);
        }
        return at;
    }

    private static long[] edges(FuseChip chip, BlockingQueue<Long> accepted, int count) throws InterruptedException {
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            long edge = System.nanoTime();
            chip.set(0, !chip.wire(0));
            nanos[i] = take(accepted) - edge;
            LockSupport.parkNanos(APART.toNanos());
        }
        return nanos;
    }

    /** Of the whole process: the chip's side too. */
    private static long cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }
}
