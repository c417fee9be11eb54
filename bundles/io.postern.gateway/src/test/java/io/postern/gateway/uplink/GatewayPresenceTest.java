// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.Milestones.Milestone;
import io.postern.gateway.control.ControlDesk;
import io.postern.gateway.control.GatewayMethods;
import io.postern.gateway.spi.ControlCommand;
import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.HubOrder;
import io.postern.testkit.Await;
import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each pause needs a permit of the test, which thus goes through the hours at its own pace. */
class GatewayPresenceTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final JsonObject REPORT = Json.parseObject("{\"gateway\":{\"version\":\"0.1.0\"}}");

    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    private final UplinkLedger ledger = new UplinkLedger(clock::nanoTime);
    private final FakeHub hub = new FakeHub(clock);
    private final SigningModule module = new SigningModule();
    private final AtomicInteger strangers = new AtomicInteger();
    private final List<Milestone> milestones = new CopyOnWriteArrayList<>();
    private final Semaphore steps = new Semaphore(0);
    private final ControlDesk desk = new ControlDesk();
    private final Exchanges exchanges = new Exchanges(() -> 0);
    private volatile JsonObject report = REPORT;
    private volatile Supplier<JsonObject> changing = () -> report;
    private final GatewayPresence presence = new GatewayPresence(
            FakeTokens.HUB,
            hub,
            new TokenIdentity(module::sign, FakeTokens.HUB, DeviceId.of("gw-1"), ledger, clock, clock::nanoTime),
            Optional.empty(),
            () -> changing.get(),
            new GatewayMethods(desk, FakeTokens.HUB, _ -> {}),
            exchanges,
            strangers::incrementAndGet,
            Retry.standard(
                    Retry.Limits.DEFAULT,
                    new Random(7),
                    time -> {
                        steps.acquire();
                        clock.advance(time);
                    },
                    clock::nanoTime),
            (milestone, subject) -> milestones.add(milestone),
            clock);

    @AfterEach
    void close() {
        presence.close();
    }

    @Test
    void theGatewayReportsWhatItIs() {
        presence.start();
        Await.until(LONG, "the report", () -> hub.reports.equals(List.of(REPORT)));
        assertThat(presence.state().phase()).isEqualTo(SessionState.Phase.CONNECTED);
        assertThat(milestones).containsExactly(Milestone.CONNECTED);
    }

    @Test
    void aReportIsMadeAgainWhenItHasChangedAndNotBefore() {
        JsonObject changed = Json.parseObject("{\"gateway\":{\"version\":\"0.2.0\"}}");
        presence.start();
        steps.release(31);
        Await.until(LONG, "half a minute", () -> steps.availablePermits() == 0);
        assertThat(hub.reports).containsExactly(REPORT);
        report = changed;
        steps.release(2);
        Await.until(LONG, "the new report", () -> hub.reports.equals(List.of(REPORT, changed)));
    }

    @Test
    void aReportThatChangesAllTheTimeIsMadeTenTimesAtOnceAndThenTwiceAMinute() {
        var changes = new AtomicInteger();
        presence.start();
        Await.until(LONG, "the first report", () -> hub.reports.size() == 1);
        changing = () -> Json.object().add("changes", changes.incrementAndGet()).build();
        steps.release(20);
        Await.until(LONG, "20 s", () -> steps.availablePermits() == 0 && hub.reports.size() == 11);
        steps.release(60);
        Await.until(LONG, "a minute more", () -> steps.availablePermits() == 0 && hub.reports.size() == 13);
    }

    @Test
    void aLostSessionIsOpenedAgain() {
        presence.start();
        Await.until(LONG, "the session", () -> hub.live() == 1);
        hub.cut();
        steps.release(5);
        Await.until(LONG, "the second session", () -> hub.opened.size() == 2 && hub.live() == 1);
        assertThat(strangers).hasValue(0);
    }

    @Test
    void aWornTokenIsReplacedByReopening() {
        presence.start();
        Await.until(LONG, "the session", () -> hub.live() == 1);
        clock.advance(Duration.ofMinutes(48));
        steps.release(1);
        Await.until(LONG, "the second session", () -> hub.opened.size() == 2);
        assertThat(hub.mostAtOnce).isEqualTo(1);
        assertThat(milestones).doesNotContain(Milestone.RETRYING);
    }

    @Test
    void aFreshExchangeIsOneWhoseSessionWasOpenedAfterTheDemand() {
        presence.start();
        Await.until(LONG, "the first exchange", () -> exchanges.count(Exchanges.Kind.REPORTED) == 1);
        long demand = exchanges.demandReport();
        assertThat(exchanges.isAnswered(demand)).isFalse();
        hub.awayUntil = clock.instant().plus(Duration.ofMinutes(2));
        steps.release(1);
        Await.until(LONG, "a vain opening", () -> hub.openings.get() > 1);
        assertThat(exchanges.isAnswered(demand)).isFalse();
        steps.release(100);
        Await.until(LONG, "the fresh exchange", () -> exchanges.isAnswered(demand));
        assertThat(hub.reports).hasSize(2);
        assertThat(hub.mostAtOnce).isEqualTo(1);
    }

    @Test
    void oneRefusalIsTriedAgainWithAFreshSignatureASecondAsksForProvisioning() {
        hub.strict = true;
        presence.start();
        Await.until(LONG, "a refusal", () -> hub.openings.get() == 1 && milestones.contains(Milestone.RETRYING));
        assertThat(strangers).hasValue(0);
        steps.release(1);
        Await.until(LONG, "the call for provisioning", () -> strangers.get() == 1);
        assertThat(module.signatures).hasValue(2);
    }

    @Test
    void aHubThatIsAwayIsNoReasonToProvisionAgain() {
        hub.awayUntil = clock.instant().plus(Duration.ofDays(2));
        presence.start();
        steps.release(100_000);
        Await.until(LONG, "the session", () -> !hub.opened.isEmpty());
        assertThat(strangers).hasValue(0);
    }

    @Test
    void theHubMayAskForWhatIsMeantForItAndIsAnswered() {
        desk.add(command("leaf.list", true, arguments -> arguments));
        desk.add(command("leaf.write", false, arguments -> arguments));
        desk.add(command("leaf.approve", true, _ -> {
            throw new IllegalStateException("meter-1 is live: nothing to approve");
        }));
        presence.start();
        Await.until(LONG, "the session", () -> hub.live() == 1);
        call("1", "leaf.list", "{\"a\":1}");
        call("2", "leaf.list", "null");
        call("3", "leaf.list", "[]");
        call("4", "leaf.write", "{}");
        call("5", "leaf.approve", "{}");
        steps.release(2);
        Await.until(LONG, "five answers", () -> hub.answers.size() == 5);
        assertThat(hub.answers)
                .containsExactly(
                        "1 200 {\"a\":1}",
                        "2 200 {}",
                        "3 400 {\"message\":\"a JSON object is needed, such as {\\\"leaf\\\":\\\"meter-1\\\"}\"}",
                        "4 404 {\"message\":\"the gateway has no such method\"}",
                        "5 409 {\"message\":\"meter-1 is live: nothing to approve\"}");
    }

    private void call(String id, String name, String payload) {
        hub.orders.add(new HubOrder.Method(id, name, Json.parse(payload), System.nanoTime()));
    }

    private static ControlCommand command(String name, boolean remote, UnaryOperator<JsonObject> work) {
        return new ControlCommand() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public String summary() {
                return "";
            }

            @Override
            public boolean changes() {
                return true;
            }

            @Override
            public boolean remote() {
                return remote;
            }

            @Override
            public JsonObject run(JsonObject arguments, Progress progress) {
                return work.apply(arguments);
            }
        };
    }
}
