// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Template;
import io.postern.sensor.Templates;
import io.postern.sensor.pins.PinMap;
import io.postern.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver with Pi4J and the kernel's calls under it: open, ioctl, poll and read of a chip that FUSE makes up. */
class FuseChipTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration OFTEN = Duration.ofMillis(50);
    private static final Duration SELDOM = Duration.ofHours(1);

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();
    private final Told told = new Told();
    private FuseFiles files;
    private FuseChip chip;
    private PinDriver driver;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue(FuseFiles.possible(), "without /dev/fuse and the right to mount there is no chip here");
        files = FuseFiles.mount(directory);
        chip = new FuseChip(files, "gpiochip0", "fuse", true);
        driver = new PinDriver(
                store,
                new PinWatch.Surroundings(
                        (address, map, listener) -> Pi4jPin.open(directory, address, map, listener), System::nanoTime));
    }

    @AfterEach
    void unmount() {
        driver.close();
        files.close();
    }

    private Instrument.Watch watch(String template, String address, Duration period) throws Exception {
        Template read = Templates.shipped().read(template);
        return ((Instrument.Watched) driver.instrument(read, address)).watch(period, told);
    }

    @Test
    void edgesComeThroughTheKernelWithItsTime() throws Exception {
        try (Instrument.Watch watch = watch("door-contact", "gpiochip0:3", SELDOM)) {
            told.await(Map.of("open", new Flag(false), "openings", new Count(0)));
            long before = System.nanoTime();
            chip.set(3, true);
            told.await(Map.of("open", new Flag(true), "openings", new Count(1)));
            assertThat(told.observed.getLast().nanoTime().orElseThrow())
                    .isBetween(before - 50_000_000, System.nanoTime());
            chip.set(3, false);
            told.await(Map.of("open", new Flag(false), "openings", new Count(1)));
            assertThat(watch.identify().facts()).containsEntry("product", "fuse");
        }
        Await.until(SOON, "the line given back", () -> !chip.isTaken(3));
    }

    @Test
    void whoeverIsInterruptedWhileALineIsGivenBackGivesItBackAllTheSame() throws Exception {
        PinMap map = PinMap.of(Templates.shipped().read("door-contact"));
        Pin pin = Pi4jPin.open(directory, PinAddress.parse("gpiochip0:4"), map, _ -> {});
        assertThat(chip.isTaken(4)).isTrue();
        Thread.currentThread().interrupt();
        pin.close();
        assertThat(Thread.interrupted()).isTrue();
        Await.until(SOON, "the line given back", () -> !chip.isTaken(4));
    }

    @Test
    void aCounterCountsWhatItsBufferLostWhileItsThreadWasHeldUp() throws Exception {
        try (Instrument.Watch _ = watch("s0-energy-1000", "label:fuse:2", OFTEN)) {
            Await.value(SOON, "the pin open", told.observed::size, size -> size > 0);
            for (int i = 0; i < 20_000; i++) {
                chip.set(2, true);
                chip.set(2, false); // active low: this edge counts
            }
            Await.value(SOON, "20,000 pulses", () -> told.last().get("pulses"), new Count(20_000)::equals);
        }
        assertThat(store.fact("pin label:fuse:2").getInt("count")).isEqualTo(20_000);
    }

    @Test
    void anOutputIsDrivenReadBackAndSafeWhenTheDriverStops() throws Exception {
        chip.set(5, true);
        Instrument.Watch watch = watch("relay-output", "line:fuse-5", SELDOM);
        told.await(Map.of("on", new Flag(false)));
        assertThat(chip.wire(5)).isFalse();
        assertThat(watch.write("on", new Flag(true))).isEqualTo(new Flag(true));
        assertThat(chip.wire(5)).isTrue();

        driver.close();

        assertThat(chip.wire(5)).isFalse();
        Await.until(SOON, "the line given back", () -> !chip.isTaken(5));
    }

    @Test
    void whereTheKernelDoesNotDebounceWeDo() throws Exception {
        var bouncing = new FuseChip(files, "gpiochip1", "old", false);
        try (Instrument.Watch _ = watch("door-contact", "label:old:1", SELDOM)) {
            told.await(Map.of("open", new Flag(false), "openings", new Count(0)));
            for (int i = 0; i < 5; i++) {
                bouncing.set(1, true);
                bouncing.set(1, false);
            }
            bouncing.set(1, true);
            told.await(Map.of("open", new Flag(true), "openings", new Count(1)));
        }
        assertThat(told.observed).hasSize(2);
    }

    @Test
    @Tag("SEC-11")
    void aPulledChipIsToldAndWhatWasOpenedMeanwhileIsSeenWhenItReturns() throws Exception {
        try (Instrument.Watch _ = watch("tamper-contact", "label:fuse:4", SELDOM)) {
            Await.value(SOON, "the first", () -> told.last().get("open"), new Flag(false)::equals);
            chip.pull();
            told.awaitFailure("label:fuse:4: the chip is gone");
            told.awaitFailure("no chip in " + directory + " has label fuse");
            var again = new FuseChip(files, "gpiochip7", "fuse", true); // under another number
            again.set(4, true);
            Await.value(SOON, "the opening", () -> told.last().get("tampered"), new Flag(true)::equals);
        }
    }

    @Test
    void aLineInUseAndALineThatIsNotThereAreSaid() throws Exception {
        try (Instrument.Watch _ = watch("door-contact", "gpiochip0:3", SELDOM)) {
            told.await(Map.of("open", new Flag(false), "openings", new Count(0)));
            assertThatThrownBy(() -> open("gpiochip0:3"))
                    .isInstanceOf(IOException.class)
                    .hasMessage("cannot have line 3 of " + directory.resolve("gpiochip0")
                            + ": it is in use; gpioinfo shows by whom");
        }
        assertThatThrownBy(() -> open("gpiochip0:8"))
                .hasMessage(directory.resolve("gpiochip0") + " has the lines 0 to 7, not 8");
        assertThatThrownBy(() -> open("line:RELAY9"))
                .hasMessageContaining("has a line RELAY9; gpiodetect and gpioinfo");
    }

    private void open(String address) throws Exception {
        var map = io.postern.sensor.pins.PinMap.of(Templates.shipped().read("door-contact"));
        Pi4jPin.open(directory, PinAddress.parse(address), map, change -> {}).close();
    }

    @Test
    void startingAndStoppingLeavesNoDescriptorAndNoThread() throws Exception {
        startAndStop(); // what is made once
        long descriptors = descriptors();
        long threads = threads();
        for (int i = 0; i < 20; i++) {
            startAndStop();
        }
        Await.value(SOON, "descriptors as before", FuseChipTest::descriptors, now -> now <= descriptors);
        Await.value(SOON, "threads as before", FuseChipTest::threads, now -> now <= threads);
    }

    private void startAndStop() throws Exception {
        told.observed.clear();
        watch("door-contact", "gpiochip0:1", SELDOM);
        watch("relay-output", "gpiochip0:2", SELDOM);
        Await.value(SOON, "both", told.observed::size, size -> size >= 2);
        driver.close();
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().contains("ForkJoin"))
                .count();
    }
}
