// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.Reading;
import io.postern.gateway.spi.ReadingSink;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.testkit.Await;
import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class PinSensorTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration SELDOM = Duration.ofHours(1);
    private static final Path CHIP = Path.of("/dev/gpiochip0");

    private final List<Reading> readings = new CopyOnWriteArrayList<>();
    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    private final FakePin pin = new FakePin();

    @Test
    void theFirstReadingComesAtOnceAndTheNextOnEveryChange() {
        try (PinSensor _ = start(SELDOM, readings::add)) {
            awaitReadings(1);
            clock.advance(Duration.ofSeconds(5));
            pin.become(Pin.Level.HIGH);
            pin.become(Pin.Level.LOW);
            pin.become(Pin.Level.HIGH);
            awaitReadings(4);
        }

        assertThat(readings)
                .extracting(Reading::values)
                .containsExactly(values(false, 0), values(true, 1), values(false, 1), values(true, 2));
        assertThat(readings.getFirst().taken()).isEqualTo("2026-03-01T08:00:00Z");
        assertThat(readings.getLast().taken()).isEqualTo("2026-03-01T08:00:05Z");
        assertThat(readings.getLast().leaf()).isEqualTo(DeviceId.of("door"));
        assertThat(pin.closed).hasValue(1);
    }

    @Test
    void withoutAChangeAReadingComesOnceAPeriod() {
        try (PinSensor _ = start(Duration.ofMillis(20), readings::add)) {
            awaitReadings(4);
        }

        assertThat(readings).allSatisfy(r -> assertThat(r.values()).isEqualTo(values(false, 0)));
    }

    @Test
    void theCountStaysRightWhenChangesComeFasterThanReadingsAreStored() throws Exception {
        var mayStore = new java.util.concurrent.CountDownLatch(1);
        try (PinSensor _ = start(Duration.ofMillis(20), reading -> {
            readings.add(reading);
            await(mayStore);
        })) {
            awaitReadings(1);
            for (int i = 0; i < 1_000; i++) {
                pin.become(Pin.Level.HIGH);
                pin.become(Pin.Level.LOW);
            }
            mayStore.countDown();

            Await.until(
                    SOON, "the whole count", () -> readings.getLast().values().equals(values(false, 1_000)));
        }
    }

    @Test
    void aReadingThatIsNotAcceptedIsLostAndTheNextIsMade() {
        var refusals = new AtomicInteger();
        try (PinSensor _ = start(Duration.ofMillis(10), reading -> {
            switch (refusals.incrementAndGet()) {
                case 1 -> throw new IOException("disk full");
                case 2 -> throw new IllegalArgumentException("door is not a leaf of this gateway");
                default -> readings.add(reading);
            }
        })) {
            awaitReadings(2);
        }
    }

    @Test
    void aChipThatIsMissingOrGoesAwayIsOpenedWhenItIsThere() {
        var opened = new AtomicInteger();
        Pin.Opener opener = (settings, listener) -> {
            if (opened.incrementAndGet() <= 2) {
                throw new IOException("there is no such chip");
            }
            return pin.open(settings, listener);
        };
        try (PinSensor _ = PinSensor.start(settings(SELDOM), readings::add, clock, opener)) {
            awaitReadings(1);
            pin.become(Pin.Level.GONE);
            pin.level = Pin.Level.HIGH;
            awaitReadings(2);
        }

        assertThat(opened).hasValue(4);
        assertThat(pin.closed).hasValue(2);
    }

    @Test
    void aMockPinChangesByItself() {
        var settings =
                new PinSettings(DeviceId.of("door"), CHIP, 3, PinSettings.Provider.MOCK, SELDOM, Duration.ofMillis(20));
        try (PinSensor _ = PinSensor.start(settings, readings::add, InstantSource.system(), Pi4jPin::open)) {
            awaitReadings(5);
        }

        assertThat(readings.stream().map(Reading::values))
                .containsSubsequence(values(true, 1), values(false, 1), values(true, 2));
    }

    @Test
    void twoMockPinsHaveNothingToDoWithOneAnother() {
        var other = new CopyOnWriteArrayList<Reading>();
        var still = new PinSettings(
                DeviceId.of("a"), CHIP, 3, PinSettings.Provider.MOCK, Duration.ofMillis(20), Duration.ZERO);
        var changing =
                new PinSettings(DeviceId.of("b"), CHIP, 3, PinSettings.Provider.MOCK, SELDOM, Duration.ofMillis(20));
        try (PinSensor _ = PinSensor.start(still, readings::add, clock, Pi4jPin::open);
                PinSensor _ = PinSensor.start(changing, other::add, clock, Pi4jPin::open)) {
            awaitReadings(4);
            Await.value(SOON, "changes", other::size, size -> size >= 4);
        }

        assertThat(readings).allSatisfy(r -> assertThat(r.values()).isEqualTo(values(false, 0)));
    }

    @Test
    void aClosedPinLeavesNoThread() {
        try (PinSensor _ = PinSensor.start(
                new PinSettings(DeviceId.of("door"), CHIP, 3, PinSettings.Provider.MOCK, SELDOM, Duration.ofMillis(20)),
                readings::add,
                clock,
                Pi4jPin::open)) {
            awaitReadings(2);
        }

        Await.until(SOON, "Pi4J's and our threads to end", () -> Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .noneMatch(name -> name.contains("pi4j") || name.contains("Pi4J") || name.startsWith("mock-pin")));
    }

    @Test
    void aMissingChipIsSaidPlainlyThroughPi4j() {
        var settings = new PinSettings(
                DeviceId.of("door"),
                Path.of("/dev/gpiochip99"),
                3,
                PinSettings.Provider.CHARDEV,
                SELDOM,
                Duration.ZERO);

        assertThatThrownBy(() -> Pi4jPin.open(settings, level -> {}))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "cannot open /dev/gpiochip99: there is no such chip; ls /dev/gpiochip* shows which there are");
    }

    private PinSensor start(Duration period, ReadingSink sink) {
        return PinSensor.start(settings(period), sink, clock, pin::open);
    }

    private static PinSettings settings(Duration period) {
        return new PinSettings(DeviceId.of("door"), CHIP, 3, PinSettings.Provider.CHARDEV, period, Duration.ZERO);
    }

    private void awaitReadings(int count) {
        Await.value(SOON, count + " readings", readings::size, size -> size >= count);
    }

    private static void await(java.util.concurrent.CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static SequencedMap<String, Measurement> values(boolean state, long count) {
        var values = new LinkedHashMap<String, Measurement>();
        values.put("state", new Flag(state));
        values.put("count", new Count(count));
        return values;
    }

    /** A pin the test moves by hand. */
    private static final class FakePin implements Pin {
        final AtomicInteger closed = new AtomicInteger();
        volatile Level level = Level.LOW;
        private volatile Consumer<Level> listener = level -> {};

        Pin open(PinSettings settings, Consumer<Level> changes) {
            listener = changes;
            return this;
        }

        void become(Level next) {
            level = next;
            listener.accept(next);
        }

        @Override
        public Level level() {
            return level;
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }
}
