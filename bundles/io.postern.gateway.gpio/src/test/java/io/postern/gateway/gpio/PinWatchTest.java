// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.gpio.Pin.Level;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Measurement.Text;
import io.postern.sensor.Template;
import io.postern.sensor.Templates;
import io.postern.testkit.Await;
import io.postern.testkit.CapturedLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PinWatchTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration SELDOM = Duration.ofHours(1);
    private static final Duration OFTEN = Duration.ofMillis(20);

    private final MemoryStore store = new MemoryStore();
    private final FakePin pin = new FakePin();
    private final AtomicLong ahead = new AtomicLong();
    private final Told told = new Told();
    private final PinDriver driver =
            new PinDriver(store, new PinWatch.Surroundings(pin::open, () -> System.nanoTime() + ahead.get()));

    private Instrument.Watch watch(String template, Duration period) throws Exception {
        return ((Instrument.Watched) driver.instrument(template(template), "gpiochip0:17")).watch(period, told);
    }

    private static Template template(String name) throws Exception {
        return Templates.shipped().read(name);
    }

    @Test
    void anInputIsToldAtOnceAndOnEveryChangeWithTheKernelsTime() throws Exception {
        long begin = System.nanoTime();
        var edge = new AtomicLong();
        try (Instrument.Watch _ = watch("door-contact", SELDOM)) {
            told.await(Map.of("open", new Flag(false), "openings", new Count(0)));
            edge.set(System.nanoTime() - Duration.ofSeconds(3).toNanos());
            pin.become(Level.ACTIVE, 0, OptionalLong.of(edge.get()));
            pin.become(Level.INACTIVE);
            pin.become(Level.ACTIVE);
            told.await(Map.of("open", new Flag(true), "openings", new Count(2)));
        }

        assertThat(told.observed)
                .extracting(each -> each.values().get("open"))
                .containsExactly(new Flag(false), new Flag(true), new Flag(false), new Flag(true));
        assertThat(told.observed.get(1).nanoTime()).hasValue(edge.get());
        assertThat(told.observed.get(2).nanoTime().orElseThrow()).isBetween(begin, System.nanoTime());
        assertThat(pin.closed).hasValue(1);
    }

    @Test
    void withoutAChangeAnObservationComesEachPeriod() throws Exception {
        try (Instrument.Watch _ = watch("door-contact", OFTEN)) {
            Await.value(SOON, "four observations", told.observed::size, size -> size >= 4);
        }

        assertThat(told.observed).allSatisfy(each -> assertThat(each.values()).containsEntry("open", new Flag(false)));
    }

    @Test
    void aCounterCountsWhatTheKernelsBufferLostToo() throws Exception {
        try (Instrument.Watch _ = watch("s0-energy-1000", OFTEN)) {
            Await.value(SOON, "the pin open", told.observed::size, size -> size > 0);
            long now = System.nanoTime();
            pin.become(Level.ACTIVE, 0, OptionalLong.of(now - 2_000_000_000L));
            pin.become(Level.ACTIVE, 0, OptionalLong.of(now - 1_000_000_000L));
            Await.until(
                    SOON, "a power", () -> told.last().get("power") instanceof Quantity(double watt) && watt > 1_000);
            pin.become(Level.ACTIVE, 500, OptionalLong.of(now));
            Await.value(SOON, "503 pulses", () -> told.last().get("pulses"), new Count(503)::equals);
        }

        assertThat(told.last())
                .containsEntry("missed", new Count(500))
                .containsEntry("energy", new Quantity(0.503))
                .doesNotContainKey("power"); // nobody knows how far apart those were that were lost
    }

    @Test
    void aCountGoesOnAfterARestart() throws Exception {
        try (Instrument.Watch _ = watch("s0-energy-1000", OFTEN)) {
            Await.value(SOON, "the pin open", told.observed::size, size -> size > 0);
            for (int i = 0; i < 100; i++) {
                pin.pulse();
            }
            Await.value(SOON, "100 pulses", () -> told.last().get("pulses"), new Count(100)::equals);
        }
        told.observed.clear();
        try (Instrument.Watch _ = watch("s0-energy-1000", OFTEN)) {
            Await.value(SOON, "the first", () -> told.last().get("pulses"), new Count(100)::equals);
        }
    }

    @Test
    void aKillTakesNoMoreThanWhatCameSinceTheLastWriteAndWritesAreRare() throws Exception {
        Instrument.Watch killed = watch("s0-energy-1000", OFTEN);
        Await.value(SOON, "the pin open", told.observed::size, size -> size > 0);
        pin.pulse();
        Await.value(SOON, "the first write", store.writes::get, writes -> writes == 1);
        for (int i = 0; i < 1_000; i++) {
            pin.pulse();
        }
        Await.value(SOON, "all pulses", () -> told.last().get("pulses"), new Count(1_001)::equals);
        assertThat(store.writes).hasValue(1);
        assertThat(store.fact("pin gpiochip0:17").getInt("count")).isEqualTo(1);

        ahead.addAndGet(Duration.ofMinutes(1).toNanos()); // what the template promises to lose at most
        Await.value(SOON, "the second write", store.writes::get, writes -> writes == 2);
        pin.pulse();
        var atTheKill = Map.copyOf(store.facts);
        killed.close();

        store.facts.putAll(atTheKill);
        told.observed.clear();
        try (Instrument.Watch _ = watch("s0-energy-1000", OFTEN)) {
            Await.value(SOON, "the count", () -> told.last().get("pulses"), new Count(1_001)::equals);
        }
    }

    @Test
    void aCountThatCannotBeReadIsNotBegunAnew() throws Exception {
        store.broken = true;
        try (Instrument.Watch _ = watch("s0-energy-1000", OFTEN)) {
            Await.value(SOON, "a failure", () -> told.failures, failures -> !failures.isEmpty());
            assertThat(told.failures).contains("the disk does not answer");
            assertThat(pin.opened).hasValue(0);
            assertThat(told.observed).isEmpty();
            store.broken = false;
            Await.value(SOON, "an observation", () -> told.last().get("pulses"), new Count(0)::equals);
        }
    }

    @Test
    void aMetersReadingIsWrittenWhenItIsConnected() throws Exception {
        try (Instrument.Watch watch = watch("s0-energy-1000", OFTEN)) {
            Await.value(SOON, "the pin open", told.observed::size, size -> size > 0);
            assertThat(watch.write("energy", new Quantity(5_123.4))).isEqualTo(new Quantity(5_123.4));
            pin.pulse();
            Await.value(SOON, "the next", () -> told.last().get("pulses"), new Count(5_123_401)::equals);
            assertThatThrownBy(() -> watch.write("energy", new Quantity(-1)))
                    .hasMessage("a count is 0 or more, not -1000.0");
            assertThatThrownBy(() -> watch.write("power", new Quantity(1))).hasMessage("\"power\" cannot be written");
        }
    }

    @Test
    void theCountStaysRightWhenChangesComeFasterThanTheyAreStored() throws Exception {
        told.disk = new CountDownLatch(1);
        try (Instrument.Watch _ = watch("door-contact", OFTEN)) {
            Await.value(SOON, "the pin open", told.observed::size, size -> size > 0);
            for (int i = 0; i < 1_000; i++) {
                pin.pulse();
            }
            told.disk.countDown();
            told.await(Map.of("open", new Flag(false), "openings", new Count(1_000)));
        }
    }

    @Test
    void anOutputIsSafeAtTheStartObeysIsReadBackAndIsSafeAtTheEnd() throws Exception {
        try (Instrument.Watch watch = watch("relay-output", SELDOM)) {
            told.await(Map.of("on", new Flag(false)));
            assertThat(watch.write("on", new Flag(true))).isEqualTo(new Flag(true));
            told.await(Map.of("on", new Flag(true)));
            assertThatThrownBy(() -> watch.write("on", new Count(1))).hasMessage("an output takes true or false");
            pin.stuck = true;
            assertThatThrownBy(() -> watch.write("on", new Flag(true)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("gpiochip0:17 was set true but reads false; is the line shorted or driven by another?");
        }

        assertThat(pin.told).containsExactly(false, true, true, false);
        assertThat(store.writes).hasValue(0);
    }

    @Test
    void anOutputWhoseOrdersStopBecomesSafe() throws Exception {
        var text = "{\"as\":\"output\",\"safe\":true,\"orders\":\"30s\",\"fields\":{\"on\":\"state\"}}";
        Instrument.Watched fan =
                (Instrument.Watched) driver.instrument(PinTemplates.with(template("relay-output"), text), "line:FAN");
        try (Instrument.Watch watch = fan.watch(OFTEN, told)) {
            told.await(Map.of("on", new Flag(true)));
            watch.write("on", new Flag(false));
            told.await(Map.of("on", new Flag(false)));
            ahead.addAndGet(Duration.ofSeconds(29).toNanos());
            watch.write("on", new Flag(false));
            ahead.addAndGet(Duration.ofSeconds(29).toNanos());
            assertThat(pin.told).containsExactly(true, false, false);
            ahead.addAndGet(Duration.ofSeconds(2).toNanos());
            told.await(Map.of("on", new Flag(true)));
        }

        assertThat(pin.told).containsExactly(true, false, false, true, true);
    }

    @Test
    @Tag("SEC-11")
    void anOpeningIsToldAtOnceLoggedAndNotForgottenByClosingOrRestarting() throws Exception {
        try (CapturedLog log = CapturedLog.start()) {
            try (Instrument.Watch _ = watch("tamper-contact", SELDOM)) {
                told.await(tamper(false, false, 0, "none"));
                pin.become(Level.ACTIVE);
                told.await(tamper(true, true, 1, "open"));
                pin.become(Level.INACTIVE);
                told.await(tamper(false, true, 1, "opened"));
            }
            log.await("WARNING audit", "tamper contact was opened");
        }
        told.observed.clear();
        try (Instrument.Watch watch = watch("tamper-contact", SELDOM)) {
            told.await(tamper(false, true, 1, "opened"));
            assertThatThrownBy(() -> watch.write("tampered", new Flag(true)))
                    .hasMessage("\"tampered\" takes false, when someone has seen to it");
            assertThat(watch.write("tampered", new Flag(false))).isEqualTo(new Flag(false));
            told.await(tamper(false, false, 1, "none"));
        }
    }

    @Test
    @Tag("SEC-11")
    void anOpeningIsKeptBeforeItIsToldSoThatAKillCannotHideIt() throws Exception {
        try (Instrument.Watch _ = watch("tamper-contact", SELDOM)) {
            told.await(tamper(false, false, 0, "none"));
            told.disk = new CountDownLatch(1);
            pin.become(Level.ACTIVE);
            Await.value(SOON, "the opening", told.observed::size, size -> size == 2);
            assertThat(store.fact("pin gpiochip0:17").getBoolean("tampered")).isTrue();
            told.disk.countDown();
        }
    }

    @Test
    @Tag("SEC-11")
    void anOpeningTooShortToBeReadIsSeenByTheKernelsNumbers() throws Exception {
        try (Instrument.Watch _ = watch("tamper-contact", SELDOM)) {
            told.await(tamper(false, false, 0, "none"));
            pin.become(Level.INACTIVE, 1, OptionalLong.empty()); // the edge before it was lost
            told.await(tamper(false, true, 1, "opened"));
        }
    }

    @Test
    @Tag("SEC-11")
    void whatWasOpenedWithoutPowerIsShownByItsLevelAtTheStart() throws Exception {
        try (Instrument.Watch _ = watch("tamper-contact", SELDOM)) {
            told.await(tamper(false, false, 0, "none"));
        }
        pin.level = Level.ACTIVE;
        try (CapturedLog log = CapturedLog.start();
                Instrument.Watch watch = watch("tamper-contact", SELDOM)) {
            told.await(tamper(true, true, 1, "open"));
            log.await("WARNING audit", "tamper contact is open, it was opened unwatched");
            assertThat(watch.write("tampered", new Flag(false))).isEqualTo(new Flag(true)); // it stands open still
        }
    }

    @Test
    void aChipThatIsMissingOrGoesAwayIsOpenedWhenItIsThere() throws Exception {
        pin.missing = true;
        try (CapturedLog log = CapturedLog.start();
                Instrument.Watch watch = watch("door-contact", SELDOM)) {
            Await.value(SOON, "two tries", pin.opened::get, opened -> opened >= 2);
            assertThat(told.failures).contains("there is no such chip");
            assertThatThrownBy(watch::identify)
                    .isInstanceOf(IOException.class)
                    .hasMessage("gpiochip0:17 is not open: there is no such chip");
            pin.missing = false;
            told.await(Map.of("open", new Flag(false), "openings", new Count(0)));
            assertThat(watch.identify().facts()).containsEntry("product", "fake");
            log.await("WARNING audit", "pin is not there, waiting for it");
            log.await("INFO audit", "pin open");

            pin.become(Level.GONE);
            pin.level = Level.ACTIVE;
            told.await(Map.of("open", new Flag(true), "openings", new Count(0)));
            assertThat(told.failures).contains("gpiochip0:17: the chip is gone");
        }
    }

    @Test
    void aStoppedDriverEndsItsWatchesAndLeavesOutputsSafe() throws Exception {
        Instrument.Watch watch = watch("relay-output", SELDOM);
        told.await(Map.of("on", new Flag(false)));
        watch.write("on", new Flag(true));

        driver.close();

        assertThat(pin.told).containsExactly(false, true, false);
        assertThatThrownBy(() -> watch.write("on", new Flag(true)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("gpiochip0:17 is not open");
    }

    @Test
    void anAddressThatIsNoneIsRefused() throws Exception {
        Template door = template("door-contact");
        for (String none : List.of(
                "",
                "17",
                "gpiochip0",
                "gpiochip0:",
                "gpiochip0:17@1s",
                "label::3",
                "line:",
                "mock:1@5",
                "mock:1@1ms",
                "gpiochip0:99999",
                "gpiochip0:17\n",
                "x".repeat(200) + ":1")) {
            assertThatThrownBy(() -> driver.instrument(door, none))
                    .as(none)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("address: ");
        }
    }

    private static Map<String, Measurement> tamper(boolean open, boolean tampered, long openings, String alarm) {
        return Map.of(
                "open",
                new Flag(open),
                "tampered",
                new Flag(tampered),
                "openings",
                new Count(openings),
                "tamperAlarm",
                new Text(alarm));
    }
}
