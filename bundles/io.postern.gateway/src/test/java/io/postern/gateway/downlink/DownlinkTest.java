// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.downlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.LeafOrders.Outcome;
import io.postern.sensor.Measurement;
import io.postern.testkit.Await;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DownlinkTest {
    private static final DeviceId LEAF = DeviceId.of("heater-1");
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Backoff SHORT = new Backoff(Duration.ofMillis(10), Duration.ofMillis(20), new Random(7));

    private final TwinHub hub = new TwinHub();
    private final FakeInstrument instrument = new FakeInstrument();
    private HubSession session = hub.session();
    private Downlink downlink = new Downlink(LEAF, session, instrument, SHORT);

    @AfterEach
    void close() {
        downlink.close();
    }

    @Test
    void aDesiredPropertyIsWrittenAndReportedWithWhatTheInstrumentShows() {
        start();
        hub.desire("{\"setpoint\":21.5}");
        awaitTold("setpoint", "200 2 21.5");
        assertThat(hub.words("setpoint")).isEqualTo("done");
        assertThat(instrument.orders).containsExactly("FIRST setpoint 21.5");
    }

    @Test
    void whatWasWantedWhileNobodyListenedIsReadFirstAndWrittenOnce() {
        hub.merge("{\"setpoint\":21.5}");
        start();
        awaitTold("setpoint", "200 2 21.5");
        assertThat(instrument.orders).containsExactly("AGAIN setpoint 21.5");
    }

    @Test
    void afterARestartOnlyWhatDiffersFromTheReportIsWritten() {
        start();
        hub.desire("{\"setpoint\":21.50,\"mode\":2}");
        awaitTold("mode", "200 2 2");
        awaitTold("setpoint", "200 2 21.5");
        restart();
        hub.desire("{\"mode\":3}");
        awaitTold("mode", "200 3 3");
        restart();
        hub.call("reset", "null");
        awaitAnswer("1 200 {\"value\":true}");
        assertThat(instrument.orders)
                .containsExactlyInAnyOrder("FIRST setpoint 21.5", "FIRST mode 2", "FIRST mode 3", "FIRST reset true");
    }

    @Test
    void aChangeThatIsToldTwiceOrLateIsNotAppliedAgain() {
        start();
        hub.desire("{\"mode\":1}");
        awaitTold("mode", "200 2 1");
        hub.desire("{\"mode\":2}");
        awaitTold("mode", "200 3 2");
        hub.say(new HubOrder.Desired(2, Json.parseObject("{\"mode\":1}")));
        hub.say(new HubOrder.Desired(3, Json.parseObject("{\"mode\":2}")));
        hub.call("reset", "{}");
        awaitAnswer("1 200 {\"value\":true}");
        assertThat(instrument.orders).containsExactly("FIRST mode 1", "FIRST mode 2", "FIRST reset true");
    }

    @Test
    void aMissingVersionMakesTheTwinBeReadAnew() {
        start();
        hub.merge("{\"mode\":1}");
        hub.desire("{\"setpoint\":19}");
        awaitTold("mode", "200 3 1");
        awaitTold("setpoint", "200 3 19.0");
        hub.merge("{\"mode\":4}");
        hub.say(new HubOrder.DesiredMissed());
        awaitTold("mode", "200 4 4");
    }

    @Test
    void theLatestOfSeveralVersionsWins() {
        instrument.slow = new CountDownLatch(1);
        start();
        hub.desire("{\"mode\":1}");
        hub.desire("{\"setpoint\":19}");
        hub.desire("{\"setpoint\":20}");
        hub.desire("{\"setpoint\":21}");
        instrument.slow.countDown();
        awaitTold("setpoint", "200 5 21.0");
        assertThat(instrument.orders).doesNotContain("FIRST setpoint 19.0", "FIRST setpoint 20.0");
    }

    @Test
    void whatCannotBeIsRefusedWithTheReasonAndNothingIsSent() {
        start();
        hub.desire("{\"mode\":\"eco\",\"serial\":\"x\",\"temperature\":3,\"speed\":1}");
        awaitTold("mode", "400 2 \"eco\"");
        assertThat(hub.words("mode")).isEqualTo("a number is needed, not \"eco\"");
        assertThat(hub.told("serial")).isEqualTo("404 2 \"x\"");
        assertThat(hub.told("temperature")).isEqualTo("404 2 3");
        assertThat(hub.words("speed")).isEqualTo("the model dtmi:test:thermostat;1 has no writable property speed");
        assertThat(hub.reports).as("one report for all").hasSize(1);
        assertThat(instrument.orders).isEmpty();
    }

    @Test
    void aRefusedPropertyKeepsShowingWhatTheInstrumentLastShowed() {
        start();
        hub.desire("{\"mode\":2}");
        awaitTold("mode", "200 2 2");
        instrument.instead = Optional.of(new Outcome.Refused("exception 3, illegal data value"));
        hub.desire("{\"mode\":9}");
        awaitTold("mode", "502 3 2");
        restart();
        hub.call("nothing", "null");
        awaitAnswer(
                "1 404 {\"message\":\"the model dtmi:test:thermostat;1 has no command or writable property nothing\"}");
        assertThat(instrument.orders).as("not tried again").containsExactly("FIRST mode 2", "FIRST mode 9");
    }

    @Test
    void aLeafThatIsAwayGetsItsPropertyInTheLatestVersionWhenItReturns() {
        instrument.ready = false;
        start();
        hub.desire("{\"setpoint\":19}");
        awaitTold("setpoint", "504 2 19");
        assertThat(hub.reports.getFirst())
                .as("first that it waits")
                .isEqualTo(Json.parseObject(
                        "{\"setpoint\":{\"value\":19,\"ac\":202,\"av\":2,\"ad\":\"waits for the instrument\"}}"));
        assertThat(hub.words("setpoint")).isEqualTo("line heating: no such port");
        hub.desire("{\"setpoint\":20}");
        awaitTold("setpoint", "504 3 20");
        instrument.ready = true;
        awaitTold("setpoint", "200 3 20.0");
        assertThat(instrument.orders)
                .containsExactly("FIRST setpoint 19.0", "FIRST setpoint 20.0", "FIRST setpoint 20.0");
    }

    @Test
    void aHeldLeafSaysSoUntilSomebodyApprovesIt() {
        instrument.instead = Optional.of(new Outcome.Held("another instrument answers at this address"));
        start();
        hub.desire("{\"mode\":1}");
        awaitTold("mode", "409 2 1");
        instrument.instead = Optional.empty();
        awaitTold("mode", "200 2 1");
    }

    @Test
    void aWriteThatWasCutOffIsReadBackBeforeItIsRepeated() {
        instrument.cutOff = true;
        start();
        hub.desire("{\"mode\":7}");
        awaitTold("mode", "504 2 7");
        assertThat(hub.words("mode")).isEqualTo("no answer; it may have taken the order all the same");
        instrument.ready = true;
        awaitTold("mode", "200 2 7");
        assertThat(instrument.orders).containsExactly("FIRST mode 7", "AGAIN mode 7");
    }

    @Test
    void aMethodOfALeafThatIsAwayIsAnsweredSoAndNotTriedAgain() {
        instrument.ready = false;
        start();
        hub.call("boost", "{\"value\":3}");
        awaitAnswer("1 504 {\"message\":\"line heating: no such port\"}");
        instrument.ready = true;
        hub.desire("{\"mode\":1}");
        awaitTold("mode", "200 2 1");
        assertThat(instrument.orders).containsExactly("FIRST boost 3", "FIRST mode 1");
    }

    @Test
    void aMethodMayWriteAPropertyAndItsValueIsChecked() {
        start();
        hub.call("setpoint", "{\"value\":22}");
        awaitAnswer("1 200 {\"value\":22.0}");
        hub.call("setpoint", "\"warm\"");
        awaitAnswer("2 400 {\"message\":\"a number is needed, not ?warm?\"}".replace("?warm?", "\\\"warm\\\""));
        hub.call("reset", "1");
        Await.until(LONG, "the third answer", () -> hub.answers.size() == 3);
        assertThat(hub.answers.getLast()).startsWith("3 400 ");
        assertThat(instrument.orders).containsExactly("FIRST setpoint 22.0");
    }

    @Test
    void aMethodWhoseCallerHasGoneIsNotCarriedOut() {
        start();
        hub.say(new HubOrder.Method(
                "9",
                "reset",
                JsonValue.NULL,
                System.nanoTime() - Duration.ofSeconds(26).toNanos()));
        awaitAnswer("9 504 {\"message\":\"other orders took longer than the caller of this one waits\"}");
        assertThat(instrument.orders).isEmpty();
    }

    @Test
    void aCommandIsASetOfWritesAndCompleteWhenAllAreDone() {
        start();
        hub.say(command("m-1", "{\"setpoint\":21.5,\"mode\":2}", false));
        awaitAnswer("COMPLETE m-1");
        hub.say(command("m-2", "{\"mode\":2}", true));
        awaitAnswer("COMPLETE m-2");
        assertThat(instrument.orders).containsExactly("FIRST setpoint 21.5", "FIRST mode 2", "AGAIN mode 2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "warm",
                "[1]",
                "{}",
                "{\"setpoint\":21.5,\"serial\":\"1\"}",
                "{\"setpoint\":21.5,\"reset\":null}",
                "{\"setpoint\":21.5,\"mode\":\"warm\"}",
                "{\"setpoint\":21.5,\"$version\":1}"
            })
    void aCommandThatCannotBeIsRejectedWholly(String body) {
        start();
        hub.say(command("m-1", body, false));
        awaitAnswer("REJECT m-1");
        assertThat(instrument.orders).isEmpty();
    }

    @Test
    void aCommandThatTheInstrumentRefusesIsRejected() {
        instrument.instead = Optional.of(new Outcome.Refused("illegal value"));
        start();
        hub.say(command("m-1", "{\"mode\":2}", false));
        awaitAnswer("REJECT m-1");
    }

    @Test
    void aCommandThatWaitsForItsInstrumentIsGivenBackOnlyAfterAWhile() {
        instrument.ready = false;
        start();
        hub.say(command("m-1", "{\"mode\":2}", false));
        Await.until(LONG, "an attempt", () -> instrument.orders.size() == 1);
        instrument.ready = true;
        hub.say(command("m-2", "{\"mode\":3}", false));
        awaitAnswer("COMPLETE m-2");
        assertThat(hub.answers).containsExactly("COMPLETE m-2");
    }

    @Test
    void aCommandThatHasWaitedLongEnoughIsGivenBack() {
        instrument.ready = false;
        start();
        long longAgo = System.nanoTime() - Duration.ofSeconds(31).toNanos();
        hub.say(new HubOrder.Command("lock", "m-3", Bytes.utf8("{\"mode\":4}"), PropertyBag.EMPTY, false, longAgo));
        awaitAnswer("ABANDON m-3");
    }

    private static HubOrder.Command command(String id, String body, boolean again) {
        return new HubOrder.Command("lock", id, Bytes.utf8(body), PropertyBag.EMPTY, again, System.nanoTime());
    }

    @Test
    void aReportTheHubDoesNotTakeIsMadeAgainWithoutAnotherWrite() {
        hub.reportsToRefuse = 2;
        start();
        hub.desire("{\"mode\":5}");
        awaitTold("mode", "200 2 5");
        assertThat(instrument.shows).containsEntry("mode", new Measurement.Count(5));
        assertThat(instrument.orders.getFirst()).isEqualTo("FIRST mode 5");
        assertThat(instrument.orders.subList(1, instrument.orders.size())).containsOnly("AGAIN mode 5");
    }

    @Test
    void closingLetsAnOrderOnItsWayComeToItsEnd() throws Exception {
        instrument.slow = new CountDownLatch(1);
        start();
        hub.desire("{\"mode\":5}");
        Await.until(LONG, "the order to be taken", () -> downlink.isWorking());
        Thread closing = Thread.startVirtualThread(downlink::close);
        Await.until(LONG, "somebody who waits", () -> closing.getState() == Thread.State.TIMED_WAITING);
        instrument.slow.countDown();
        closing.join();
        assertThat(hub.told("mode")).isEqualTo("200 2 5");
    }

    private void start() {
        int before = hub.twinsRead;
        downlink.start();
        Await.until(LONG, "the twin to be read", () -> hub.twinsRead > before);
    }

    private void restart() {
        downlink.close();
        session.close();
        session = hub.session();
        downlink = new Downlink(LEAF, session, instrument, SHORT);
        start();
    }

    private void awaitTold(String name, String told) {
        Await.value(LONG, name, () -> hub.told(name), told::equals);
    }

    private void awaitAnswer(String answer) {
        Await.value(LONG, "the answer", () -> String.valueOf(hub.answers), all -> hub.answers.contains(answer));
    }
}
