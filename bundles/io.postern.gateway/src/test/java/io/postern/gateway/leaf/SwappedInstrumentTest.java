// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import static io.postern.gateway.leaf.LeafSite.METER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.leaf.LeafSettings.Approval;
import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.LeafOrders.Attempt;
import io.postern.gateway.spi.LeafOrders.Outcome;
import io.postern.sensor.Measurement;
import io.postern.sensor.Template;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The birth certificate: an instrument in another's place does not write into its history. */
class SwappedInstrumentTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final LeafSite site = new LeafSite();
    private final Map<String, FakeDriver.Thing> things = FakeDriver.things("unit:7");
    private final FakeDriver.Thing meter = FakeDriver.at("unit:7", things);
    private FakeLine line = new FakeLine("main");
    private Leaves leaves = site.start();

    @BeforeEach
    void start() throws IOException {
        begin(Approval.AUTO);
    }

    /** As after a power cut: nothing was closed. */
    private void begin(Approval approval) throws IOException {
        begin(approval, LeafSite.template("fake"));
    }

    private void begin(Template template) throws IOException {
        begin(Approval.AUTO, template);
    }

    private void begin(Approval approval, Template template) throws IOException {
        leaves = site.start();
        line = new FakeLine("main");
        leaves.come(FakeDriver.polling("fake", things));
        leaves.come(line);
        leaves.add(LeafSite.settings("meter-7", "main", "unit:7", approval), template, "leaf~meter-7");
    }

    @Test
    void aSwapInAGapPublishesNothingUnderTheOldIdentityUntilItIsReplaced() throws Exception {
        line.turn();
        swapFor("serial=2", Duration.ofSeconds(30));
        assertThat(state()).isEqualTo("pending");
        assertThat(entry().difference()).isEqualTo("serial 2 instead of 1");
        assertThat(site.roster.connected()).isEmpty();
        assertThat(leaves.write(METER, "limit", new Measurement.Quantity(1), Attempt.FIRST, LONG))
                .isInstanceOf(Outcome.Held.class);
        for (int i = 0; i < 20; i++) {
            pass(LeafSite.PERIOD);
            line.turn();
            leaves.look();
        }
        assertThat(site.published(METER)).containsExactly("voltage=230.0");

        leaves.replace(METER);
        leaves.look();
        assertThat(state()).as("nothing is late yet").isEqualTo("approved");
        line.turn();
        assertThat(state()).isEqualTo("live");
        assertThat(site.roster.connected()).hasSize(1);
        assertThat(site.published(METER))
                .containsExactly(
                        "voltage=230.0",
                        "{\"gap\":{\"begin\":\"2026-03-01T08:00:00Z\",\"end\":\"2026-03-01T08:00:50Z\","
                                + "\"reason\":\"held\"}}",
                        "voltage=230.0");
        assertThat(record().certificate().orElseThrow().fingerprint())
                .isEqualTo(ComparisonTest.fingerprint("serial=2"));
        assertThat(record().history())
                .extracting(LeafRecord.Certificate::fingerprint)
                .containsExactly(ComparisonTest.fingerprint("serial=1"));
    }

    @Test
    void aLeafOfWhichTheInstrumentWasTakenElsewhereIsBuriedForGood() throws Exception {
        line.turn();
        swapFor("serial=2", Duration.ofSeconds(30));
        leaves.retire(METER);
        assertThat(line.tasks()).isEmpty();
        assertThat(state()).isEqualTo("tombstoned");
        assertThatThrownBy(() -> leaves.replace(METER))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("give the instrument a configuration with another leaf");

        begin(Approval.AUTO);
        assertThat(line.tasks()).isEmpty();
        assertThat(state()).isEqualTo("tombstoned");
        assertThat(site.roster.connected()).isEmpty();
        assertThat(site.published(METER)).containsExactly("voltage=230.0");
    }

    @Test
    void theInstrumentOfTheCertificateIsWelcomeBackWithoutAnybody() throws Exception {
        line.turn();
        swapFor("serial=2", Duration.ofSeconds(30));
        assertThat(state()).isEqualTo("pending");
        meter.fingerprint = ComparisonTest.fingerprint("serial=1");
        pass(Duration.ofSeconds(10));
        line.turn();
        assertThat(state()).isEqualTo("live");
        assertThat(record().history()).isEmpty();
    }

    @Test
    void aSwapWhileTheGatewayIsOffIsFoundBeforeTheFirstValue() throws Exception {
        line.turn();
        meter.fingerprint = ComparisonTest.fingerprint("serial=2");
        begin(Approval.AUTO);
        line.turn();
        assertThat(state()).isEqualTo("pending");
        assertThat(site.published(METER)).containsExactly("voltage=230.0");

        begin(Approval.AUTO);
        assertThat(state()).as("held across a restart too").isEqualTo("pending");
        line.turn();
        assertThat(site.published(METER)).hasSize(1);
    }

    @Test
    void aSwapWhileTheLineWasAwayForAMomentIsFoundBeforeTheNextValue() throws Exception {
        line.turn();
        meter.fingerprint = ComparisonTest.fingerprint("serial=2");
        line.reopened++;
        pass(LeafSite.PERIOD);
        line.turn();
        assertThat(state()).isEqualTo("pending");
        assertThat(site.published(METER)).hasSize(1);
    }

    @Test
    void aSwapNobodyNoticedIsFoundWithinTheTimeOfTheCheck() throws Exception {
        line.turn();
        meter.fingerprint = ComparisonTest.fingerprint("serial=2");
        pass(Duration.ofMinutes(10).minus(LeafSite.PERIOD));
        line.turn();
        assertThat(state()).isEqualTo("live");
        pass(LeafSite.PERIOD);
        line.turn();
        assertThat(state()).isEqualTo("pending");
    }

    @Test
    void aSlowLeafWhoseReadFailedOnceIsAskedWhoItIsBeforeItIsBelieved() throws Exception {
        line.turn();
        meter.asked.clear();
        meter.failure = Optional.of(new IOException("no answer"));
        line.turn();
        meter.failure = Optional.empty();
        pass(Duration.ofMillis(900));
        line.turn();
        assertThat(meter.asked)
                .as("less than a second is too short for a swap")
                .containsExactly("read voltage", "read voltage");
        meter.asked.clear();
        meter.failure = Optional.of(new IOException("no answer"));
        line.turn();
        meter.failure = Optional.empty();
        pass(Duration.ofSeconds(1));
        line.turn();
        assertThat(meter.asked).containsExactly("read voltage", "identify", "read voltage");
    }

    @Test
    void nothingIsBelievedWhileTheInstrumentDoesNotSayWhoItIs() throws Exception {
        line.turn();
        line.reopened++;
        meter.failure = Optional.of(new IOException("no answer"));
        pass(LeafSite.PERIOD);
        line.turn();
        line.turn();
        assertThat(meter.asked).endsWith("identify", "identify");
        assertThat(site.published(METER)).hasSize(1);
    }

    @Test
    void manualApprovalHoldsWhatIsFoundFirst() throws Exception {
        site.facts.clear();
        begin(Approval.MANUAL);
        line.turn();
        assertThat(state()).isEqualTo("pending");
        assertThat(entry().found()).contains(ComparisonTest.fingerprint("serial=1"));
        assertThat(entry().isHeld()).isTrue();
        assertThat(site.roster.connected()).isEmpty();
        assertThatThrownBy(() -> leaves.replace(METER))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("approve it");
        begin(Approval.MANUAL);
        assertThat(state()).isEqualTo("pending");
        line.turn();
        leaves.approve(METER);
        line.turn();
        assertThat(site.published(METER)).containsExactly("voltage=230.0");
    }

    @Test
    void aDecisionThatCannotBeStoredIsNone() throws Exception {
        line.turn();
        swapFor("serial=2", Duration.ofSeconds(30));
        site.diskFull = true;
        assertThatThrownBy(() -> leaves.replace(METER)).isInstanceOf(IOException.class);
        assertThat(state()).isEqualTo("pending");
        site.diskFull = false;
        leaves.replace(METER);
        assertThat(state()).isEqualTo("approved");
    }

    @Test
    void newFirmwareIsNotedAndMissingFactsHoldNobody() throws Exception {
        meter.fingerprint = ComparisonTest.fingerprint("serial=1 revision=1");
        line.turn();
        swapFor("serial=1 revision=2", Duration.ofSeconds(30));
        assertThat(state()).isEqualTo("live");
        assertThat(record().history()).hasSize(1);
        swapFor("revision=2", Duration.ofSeconds(30));
        assertThat(state()).isEqualTo("live");
        assertThat(entry().difference()).contains("does not tell its serial any more");
    }

    @Test
    void theGapOfAGatewayThatWasOffBeginsWithTheLastReadingItHadStored() throws Exception {
        line.turn();
        for (int i = 0; i < 90; i++) {
            pass(LeafSite.PERIOD);
            line.turn();
        }
        pass(Duration.ofHours(2));
        begin(Approval.AUTO);
        assertThat(entry().gapSince().orElseThrow())
                .isBetween(Instant.parse("2026-03-01T08:00:30Z"), Instant.parse("2026-03-01T08:01:30Z"));
        line.turn();
        assertThat(site.published(METER))
                .element(91)
                .asString()
                .contains("\"end\":\"2026-03-01T10:01:30Z\",\"reason\":\"off\"");
    }

    @Test
    void anotherEditionOfTheTemplateFindsAnotherShapeAndHoldsNobody() throws Exception {
        meter.fingerprint = ComparisonTest.fingerprint("serial=1 shape=0-10");
        line.turn();
        meter.fingerprint = ComparisonTest.fingerprint("serial=1 shape=0-12");
        begin(LeafSite.template("fake", "{\"edition\":2}"));
        line.turn();
        assertThat(state()).isEqualTo("live");
        meter.fingerprint = ComparisonTest.fingerprint("serial=1 shape=0-10");
        line.reopened++;
        line.turn();
        assertThat(state()).as("from then on the new shape counts").isEqualTo("pending");
        meter.fingerprint = ComparisonTest.fingerprint("serial=2 shape=0-10");
        begin(LeafSite.template("fake"));
        line.turn();
        assertThat(entry().difference()).isEqualTo("serial 2 instead of 1");
    }

    @Test
    void anInstrumentThatRefusesToSayWhoItIsIsNotBelieved() throws Exception {
        line.turn();
        line.reopened++;
        meter.failure = Optional.of(new AnsweredException("busy"));
        line.turn();
        meter.failure = Optional.empty();
        meter.fingerprint = ComparisonTest.fingerprint("serial=2");
        line.turn();
        assertThat(state()).isEqualTo("pending");
        assertThat(site.published(METER)).hasSize(1);
    }

    @Test
    void aLeafThatHasNeverAnsweredSaysWhyNot() throws Exception {
        meter.failure = Optional.of(new IOException("no answer within 500 ms"));
        line.turn();
        assertThat(state()).isEqualTo("seen");
        assertThat(entry().reason()).isEqualTo("no answer within 500 ms");
    }

    @Test
    void theHistoryOfCertificatesIsBounded() throws Exception {
        line.turn();
        for (int serial = 2; serial < 14; serial++) {
            swapFor("serial=" + serial, Duration.ofSeconds(30));
            leaves.replace(METER);
        }
        List<LeafRecord.Certificate> history = record().history();
        assertThat(history).hasSize(8);
        assertThat(history.getLast().fingerprint()).isEqualTo(ComparisonTest.fingerprint("serial=12"));
    }

    @Test
    void anOrderIsReadBackAndTheModelIsHonoured() throws Exception {
        line.turn();
        assertThat(order("limit", new Measurement.Quantity(5)))
                .isEqualTo(new Outcome.Done(new Measurement.Quantity(5)));
        assertThat(order("limit", new Measurement.Text("5"))).isInstanceOf(Outcome.BadValue.class);
        assertThat(order("limit", new Measurement.Quantity(999)))
                .isEqualTo(new Outcome.BadValue("limit takes 0 to 998"));
        assertThat(order("voltage", new Measurement.Quantity(5))).isInstanceOf(Outcome.NotInModel.class);
        assertThat(order("serial", new Measurement.Text("x"))).isInstanceOf(Outcome.NotInModel.class);
        assertThat(order("colour", new Measurement.Text("x"))).isInstanceOf(Outcome.NotInModel.class);
        assertThat(order("reset", new Measurement.Flag(true))).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void anOrderThatIsGivenAgainIsNotWrittenWhenItWasCarriedOut() throws Exception {
        line.turn();
        meter.value = new Measurement.Quantity(5);
        meter.asked.clear();
        assertThat(leaves.write(METER, "limit", new Measurement.Quantity(5), Attempt.AGAIN, LONG))
                .isInstanceOf(Outcome.Done.class);
        assertThat(meter.asked).containsExactly("read limit");
        assertThat(leaves.write(METER, "limit", new Measurement.Quantity(6), Attempt.AGAIN, LONG))
                .isInstanceOf(Outcome.Done.class);
        assertThat(meter.asked).containsExactly("read limit", "read limit", "write limit");
    }

    @Test
    void anOrderSaysWhetherTheInstrumentMayHaveTakenIt() throws Exception {
        line.turn();
        meter.failure = Optional.of(new IOException("no answer"));
        assertThat(order("limit", new Measurement.Quantity(5))).isEqualTo(new Outcome.NotAnswering("no answer", true));
        line.gone = true;
        assertThat(order("limit", new Measurement.Quantity(5)))
                .isEqualTo(new Outcome.NotAnswering("the port of line main is not there", false));
    }

    private Outcome order(String field, Measurement value) throws InterruptedException {
        return leaves.write(METER, field, value, Attempt.FIRST, LONG);
    }

    /** Mute for a while, and another instrument afterwards. */
    private void swapFor(String facts, Duration gap) throws InterruptedException {
        meter.failure = Optional.of(new IOException("no answer"));
        line.turn();
        meter.failure = Optional.empty();
        meter.fingerprint = ComparisonTest.fingerprint(facts);
        pass(gap);
        line.turn();
    }

    private String state() {
        return entry().state();
    }

    private LeafOffice.Entry entry() {
        return leaves.leaves().getFirst();
    }

    private LeafRecord record() {
        return LeafRecord.parse(
                Optional.ofNullable(site.facts.get("leaf/meter-7")).orElseThrow());
    }

    private void pass(Duration time) {
        site.clock.advance(time);
    }
}
