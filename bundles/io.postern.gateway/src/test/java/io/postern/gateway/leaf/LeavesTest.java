// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import static io.postern.gateway.leaf.LeafSite.METER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.leaf.LeafSettings.Approval;
import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.LeafOrders.Attempt;
import io.postern.gateway.spi.LeafOrders.Outcome;
import io.postern.sensor.Measurement;
import io.postern.testkit.Await;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeavesTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final DeviceId OTHER = DeviceId.of("meter-8");

    private final LeafSite site = new LeafSite();
    private final Map<String, FakeDriver.Thing> things = FakeDriver.things("unit:7", "unit:8");
    private final FakeDriver.Thing meter = FakeDriver.at("unit:7", things);
    private final FakeDriver driver = FakeDriver.polling("fake", things);
    private final FakeLine line = new FakeLine("main");
    private final Leaves leaves = site.start();

    @ParameterizedTest
    @CsvSource({
        "leaf driver line",
        "leaf line driver",
        "driver leaf line",
        "driver line leaf",
        "line leaf driver",
        "line driver leaf"
    })
    void aLeafIsReadOnceItsDriverAndItsLineAreThereInWhateverOrderTheyCome(String order) throws Exception {
        for (String what : order.split(" ")) {
            assertThat(line.tasks()).isEmpty();
            come(what);
        }
        assertThat(line.tasks()).containsExactly("meter-7 each 1000 ms");
        line.turn();
        assertThat(site.published(METER)).containsExactly("voltage=230.0");
        assertThat(leaves.isReady(METER)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"driver, driver", "line, line"})
    void aLeafRestsWhileOneOfThemIsGoneAndTellsTheGapWhenItIsBack(String what, String reason) throws Exception {
        comeAll();
        line.turn();
        pass(Duration.ofSeconds(5));
        go(what);
        assertThat(line.tasks()).isEmpty();
        assertThat(entry(METER).state()).isEqualTo("stale");
        assertThat(entry(METER).reason()).contains("waits for the " + what);
        assertThat(entry(METER).gapSince()).hasValue(java.time.Instant.parse("2026-03-01T08:00:00Z"));

        pass(Duration.ofSeconds(5));
        come(what);
        line.turn();
        assertThat(site.published(METER))
                .containsExactly(
                        "voltage=230.0",
                        "{\"gap\":{\"begin\":\"2026-03-01T08:00:00Z\",\"end\":\"2026-03-01T08:00:10Z\",\"reason\":\""
                                + reason + "\"}}",
                        "voltage=230.0");
        assertThat(meter.asked).containsExactly("identify", "read voltage", "identify", "read voltage");
    }

    @Test
    void aDriverThatIsUpdatedWhileTheGatewayRunsTouchesNoLeafOfAnother() throws Exception {
        FakeDriver another = FakeDriver.polling("another", things);
        leaves.come(another);
        leaves.add(LeafSite.settings("meter-8", "main", "unit:8", Approval.AUTO), LeafSite.template("another"), "b");
        comeAll();
        line.turn();
        List<String> before = line.tasks();

        leaves.go(driver);
        assertThat(line.tasks()).containsExactly("meter-8 each 1000 ms");
        line.turn();
        leaves.come(FakeDriver.polling("fake", things));
        assertThat(line.tasks()).hasSameElementsAs(before);
        line.turn();
        assertThat(site.published(OTHER)).containsExactly("voltage=230.0", "voltage=230.0", "voltage=230.0");
        assertThat(FakeDriver.at("unit:8", things).asked).containsOnlyOnce("identify");
    }

    @Test
    void theNewDriverTakesOverWhenItComesBeforeTheOldOneGoes() throws Exception {
        comeAll();
        leaves.come(FakeDriver.polling("fake", things));
        assertThat(line.tasks()).hasSize(1);
        leaves.go(driver);
        assertThat(line.tasks()).hasSize(1);
        line.turn();
        assertThat(site.published(METER)).containsExactly("voltage=230.0");
    }

    @Test
    void aLeafThatIsTakenAwayLeavesNothingBehind() throws Exception {
        Leaves.Membership membership = comeAll();
        line.turn();
        membership.close();
        membership.close();
        assertThat(line.tasks()).isEmpty();
        assertThat(leaves.leaves()).isEmpty();
        assertThat(site.roster.members()).isEmpty();
        add(METER.text(), "unit:7", Approval.AUTO);
        assertThat(line.tasks()).hasSize(1);
    }

    @Test
    void twoConfigurationsOfOneLeafAreRefusedAndTheFirstGoesOn() throws Exception {
        comeAll();
        assertThatThrownBy(() -> add(METER.text(), "unit:8", Approval.AUTO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("leaf: meter-7 has a driver already, ");
        line.turn();
        assertThat(site.published(METER)).hasSize(1);
    }

    @Test
    void anAddressTheDriverCannotUseIsShownWithTheLeafAndHarmsNoOther() throws Exception {
        comeAll();
        add("meter-9", "rubbish", Approval.AUTO);
        assertThat(entry(DeviceId.of("meter-9")).reason()).isEqualTo("address: unit:N is needed, not \"rubbish\"");
        line.turn();
        assertThat(site.published(METER)).hasSize(1);
    }

    @Test
    void theLeafThatWouldOverfillItsLineIsRefusedAndTakenWhenThereIsRoom() throws Exception {
        meter.busTime = Duration.ofMillis(800);
        FakeDriver.at("unit:8", things).busTime = Duration.ofMillis(600);
        Leaves.Membership first = comeAll();
        add(OTHER.text(), "unit:8", Approval.AUTO);
        assertThat(line.tasks()).containsExactly("meter-7 each 1000 ms");
        assertThat(entry(OTHER).reason())
                .isEqualTo("line main needs 1.4 s of each second: leaf meter-8, registers 0-1 each 1 s takes 0.6 s;"
                        + " make the period at least 3 s or raise the baud rate");
        first.close();
        assertThat(line.tasks()).containsExactly("meter-8 each 1000 ms");
        assertThat(entry(OTHER).reason()).isEmpty();
    }

    @Test
    void whatAWatchedInstrumentSaysCountsOnceItHasShownWhoItIs() throws Exception {
        leaves.come(FakeDriver.watching("fake", things));
        leaves.add(LeafSite.settings("meter-7", "", "unit:7", Approval.AUTO), LeafSite.template("fake"), "a");
        meter.listeners.getFirst().observed(meter.observation()); // whether it has shown who it is, or not yet
        Await.value(LONG, "its value", () -> site.published(METER), List.of("voltage=230.0")::equals);
        assertThat(leaves.write(METER, "limit", new Measurement.Quantity(5), Attempt.FIRST, LONG))
                .isEqualTo(new Outcome.Done(new Measurement.Quantity(5)));
    }

    @Test
    void whoWaitsForItsWordToBeSafeIsAskedAtOnceWhoItIsAndHearsWhenItIsNotStored() throws Exception {
        leaves.come(FakeDriver.watching("fake", things));
        leaves.add(LeafSite.settings("meter-7", "", "unit:7", Approval.AUTO), LeafSite.template("fake"), "a");
        Instrument.Listener leaf = meter.listeners.getFirst();
        leaf.deliver(meter.observation());
        assertThat(site.published(METER)).containsExactly("voltage=230.0");

        site.diskFull = true;
        leaf.doubted();
        assertThatThrownBy(() -> leaf.deliver(meter.observation()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not stored: no space left");
        site.diskFull = false;
        leaf.deliver(meter.observation());
        assertThat(site.published(METER)).hasSize(2);

        meter.fingerprint = ComparisonTest.fingerprint("serial=2");
        leaf.doubted();
        assertThatThrownBy(() -> leaf.deliver(meter.observation()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another instrument is in its place");
        leaves.replace(METER);
        assertThat(site.published(METER)).hasSize(2); // nothing was kept of what was not acknowledged
    }

    @Test
    void aMuteInstrumentIsStaleAfterThreePeriodsAndItsGapIsToldWithBeginAndEnd() throws Exception {
        comeAll();
        line.turn();
        meter.failure = Optional.of(new IOException("no answer within 500 ms"));
        for (int i = 0; i < 3; i++) {
            pass(LeafSite.PERIOD);
            line.turn();
            leaves.look();
            assertThat(entry(METER).state()).isEqualTo("live");
        }
        pass(LeafSite.PERIOD);
        leaves.look();
        assertThat(entry(METER).state()).isEqualTo("stale");
        assertThat(entry(METER).reason()).isEqualTo("no answer within 500 ms");
        line.rest = Optional.of(Duration.ofSeconds(5));
        pass(LeafSite.PERIOD);
        leaves.look();
        assertThat(entry(METER).state()).isEqualTo("quarantined");
        pass(Duration.ofSeconds(10));
        leaves.look();
        line.rest = Optional.empty();
        leaves.look(); // its rest is over, its turn has not come

        meter.failure = Optional.empty();
        line.turn();
        assertThat(entry(METER).state()).isEqualTo("live");
        assertThat(site.published(METER).get(1))
                .isEqualTo("{\"gap\":{\"begin\":\"2026-03-01T08:00:00Z\",\"end\":\"2026-03-01T08:00:15Z\","
                        + "\"reason\":\"mute, rest\"}}");
        assertThat(meter.asked.subList(meter.asked.size() - 2, meter.asked.size()))
                .containsExactly("identify", "read voltage");
    }

    @Test
    void aLineThatServesNobodyIsNotTheInstrumentsFault() throws Exception {
        comeAll();
        line.turn();
        pass(Duration.ofSeconds(4));
        leaves.look();
        assertThat(entry(METER).reason()).contains("line main does not serve it");
        line.turn();
        assertThat(site.published(METER).get(1)).contains("\"reason\":\"line\"");
    }

    @Test
    void anInstrumentThatRefusesIsToldApartFromAMuteOne() throws Exception {
        comeAll();
        line.turn();
        meter.failure = Optional.of(new AnsweredException("illegal data address"));
        pass(Duration.ofSeconds(4));
        line.turn();
        leaves.look();
        meter.failure = Optional.empty();
        line.turn();
        assertThat(site.published(METER).get(1)).contains("\"reason\":\"refused\"");
    }

    @Test
    void aReadingTheDiskDoesNotTakeLeavesAGap() throws Exception {
        comeAll();
        line.turn();
        site.diskFull = true;
        pass(Duration.ofSeconds(1));
        line.turn();
        pass(Duration.ofSeconds(9));
        site.diskFull = false;
        line.turn();
        assertThat(site.published(METER))
                .element(1)
                .asString()
                .contains("\"begin\":\"2026-03-01T08:00:00Z\",\"end\":\"2026-03-01T08:00:10Z\"");
    }

    private Leaves.Membership comeAll() throws IOException {
        come("driver");
        come("line");
        return add(METER.text(), "unit:7", Approval.AUTO);
    }

    private void come(String what) throws IOException {
        switch (what) {
            case "driver" -> leaves.come(driver);
            case "line" -> leaves.come(line);
            default -> add(METER.text(), "unit:7", Approval.AUTO);
        }
    }

    private void go(String what) {
        if (what.equals("driver")) {
            leaves.go(driver);
        } else {
            leaves.go(line);
        }
    }

    private Leaves.Membership add(String leaf, String address, Approval approval) throws IOException {
        return leaves.add(
                LeafSite.settings(leaf, "main", address, approval),
                LeafSite.template("fake"),
                "io.postern.gateway.leaf~" + leaf);
    }

    private LeafOffice.Entry entry(DeviceId leaf) {
        return leaves.leaves().stream()
                .filter(entry -> entry.leaf().equals(leaf))
                .findFirst()
                .orElseThrow();
    }

    private void pass(Duration time) {
        site.clock.advance(time);
    }
}
