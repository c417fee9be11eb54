// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.TimeQuality;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.OutboxReport;
import io.postern.testkit.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.felix.hc.api.Result.Status;
import org.junit.jupiter.api.Test;

/** What each check says of a part that has a fault. */
class GatewayChecksTest {
    private final Site site = new Site();
    private final MovableClock clock = MovableClock.at(Site.NOW);
    private final GatewayChecks checks = new GatewayChecks(site.parts, clock);

    @Test
    void aGatewayThatIsAssignedAndConnectedIsWell() {
        site.session("gw-1", "CONNECTED", "");
        site.session("meter-1", "CONNECTED", "");
        site.leaf("meter-1", "live", "");
        site.line("main", "open", 100, 1);

        assertThat(checks.provisioning().status()).isEqualTo(Status.OK);
        assertThat(checks.sessions()).isEqualTo(Finding.good("2 of 2 sessions are connected"));
        assertThat(checks.leaves()).isEqualTo(Finding.good("1 leaf is well"));
        assertThat(checks.lines()).isEqualTo(Finding.good("1 line is open"));
        assertThat(checks.tokens().status()).isEqualTo(Status.OK);
        assertThat(checks.outbox().text())
                .isEqualTo("0 % full, 12 messages wait; at this rate there is room for 9 d 4 h more");
    }

    @Test
    void saysWhatAGatewayThatIsRefusedDoesNext() {
        site.provisioning = Site.state("DENIED", "the enrollment is disabled", "asks again in 5 minutes");

        assertThat(checks.provisioning())
                .isEqualTo(Finding.fault("DENIED: the enrollment is disabled", "The gateway asks again in 5 minutes."));
        site.provisioning = Site.state("REGISTERING", "asks", "waits");
        assertThat(checks.provisioning().status()).isEqualTo(Status.TEMPORARILY_UNAVAILABLE);
    }

    @Test
    void tellsALeafWithoutATokenFromOneWithoutASession() {
        site.session("gw-1", "CONNECTED", "");
        site.session("meter-1", "REFUSED", "403 not this gateway's");
        site.session("meter-2", "RETRYING", "connection reset");

        assertThat(checks.tokens().text()).isEqualTo("no token for meter-1 (403 not this gateway's)");
        assertThat(checks.sessions().status()).isEqualTo(Status.WARN);
        assertThat(checks.sessions().text())
                .contains("1 of 3", "meter-2 (retrying: connection reset)")
                .doesNotContain("meter-1");
    }

    @Test
    void aTokenThatCouldNotBeRenewedIsNamedWithWhatIsLeftOfIt() {
        site.token("meter-1", Optional.of(Duration.ofMinutes(40)), "");
        assertThat(checks.tokens()).isEqualTo(Finding.good("1 token is in order"));

        site.token("meter-2", Optional.of(Duration.ofMinutes(41)), "no way to the token service");
        site.token("meter-3", Optional.of(Duration.ofMinutes(-1)), "no way to the token service");
        assertThat(checks.tokens().status()).isEqualTo(Status.WARN);
        assertThat(checks.tokens().text())
                .isEqualTo("not renewed: meter-2 (good for 41 min more: no way to the token service),"
                        + " meter-3 (none at present: no way to the token service)");
    }

    @Test
    void aTrialOfSettingsIsToldWhileItRunsAndADayLongWhenItFailed() {
        assertThat(checks.settings()).isEqualTo(Finding.good("no change of settings is on trial"));

        site.settings = Site.settings("slower", "kept", Site.NOW);
        assertThat(checks.settings().status()).isEqualTo(Status.TEMPORARILY_UNAVAILABLE);
        assertThat(checks.settings().text())
                .isEqualTo("the change slower is on trial and waits for a reading of meter-1");

        site.settings = Site.settings("", "reverted", Site.NOW);
        assertThat(checks.settings().status()).isEqualTo(Status.WARN);
        assertThat(checks.settings().text()).isEqualTo("the change slower was reverted: not proven in time");
        clock.advance(Duration.ofDays(2));
        assertThat(checks.settings().status()).isEqualTo(Status.OK);
    }

    @Test
    void allSessionsAwayIsAFaultAndNoneYetIsNone() {
        assertThat(checks.sessions().status()).isEqualTo(Status.TEMPORARILY_UNAVAILABLE);
        site.session("gw-1", "RETRYING", "no route to host");
        assertThat(checks.sessions().status()).isEqualTo(Status.CRITICAL);
        assertThat(checks.sessions().remedy()).contains("./postern doctor");
    }

    @Test
    void namesLeavesThatAreSilentBeforeThoseThatWaitForAPerson() {
        for (int i = 1; i <= 5; i++) {
            site.leaf("meter-" + i, "stale", "does not answer");
        }
        site.leaf("pump", "pending", "another serial number");

        assertThat(checks.leaves().text())
                .contains("meter-1 (stale, last at 2026-06-01T11:51:40Z, does not answer)", "and 2 more");
        site.leaves.removeIf(leaf -> leaf.state().equals("stale"));
        assertThat(checks.leaves().text()).isEqualTo("waiting for a person: pump");
        assertThat(checks.leaves().remedy()).contains("leaf approve");
    }

    @Test
    void aLineWhosePortIsGoneIsAFaultAndOneThatFailsOftenAWarning() {
        site.line("roof", "open", 100, 30);
        assertThat(checks.lines().status()).isEqualTo(Status.WARN);
        assertThat(checks.lines().text())
                .isEqualTo("many reads fail on roof (30 of 100: meter-1 30 without an answer, 1 garbled)");

        site.line("main", "waiting for its port: no such file", 0, 0);
        assertThat(checks.lines().status()).isEqualTo(Status.CRITICAL);
        assertThat(checks.lines().text()).contains("main (waiting for its port: no such file)");
    }

    @Test
    void eachStateOfTheOutboxHasItsWordsAndItsRemedy() {
        for (OutboxReport.State state : OutboxReport.State.values()) {
            site.outbox = Site.outbox(state, 63 << 20);
            assertThat(checks.outbox().remedy().isEmpty())
                    .as(state.name())
                    .isEqualTo(state == OutboxReport.State.READY);
        }
        site.outbox = Site.outbox(OutboxReport.State.FULL, 64 << 20);
        assertThat(checks.outbox().text()).startsWith("100 % full").contains("given up");
        site.outbox = Site.outbox(OutboxReport.State.READ_ONLY, 0);
        assertThat(checks.outbox().text()).contains("read-only");
    }

    @Test
    void anOutageThatWillFillTheOutboxIsSaidWhileThereIsTime() {
        Optional<Instant> since = Optional.of(clock.instant());
        clock.advance(Duration.ofMinutes(11));
        var ready = OutboxReport.State.READY;
        site.outbox = Site.outbox(ready, 1000, since, Duration.ofHours(13));
        assertThat(checks.outbox().status()).isEqualTo(Status.OK);
        site.outbox = Site.outbox(ready, 1000, since, Duration.ofHours(11));
        assertThat(checks.outbox().status()).isEqualTo(Status.WARN);
        assertThat(checks.outbox().text()).contains("room for 11 h 0 min more", "waited for more than 10 min");
        site.outbox = Site.outbox(ready, 1000, Optional.of(clock.instant()), Duration.ofHours(11));
        assertThat(checks.outbox().status())
                .as("a small outbox that is emptied all the time")
                .isEqualTo(Status.OK);
    }

    @Test
    void aCoreThatDoesNotRunIsSaid() {
        var none = new GatewayChecks(new Parts(), clock);

        assertThat(none.provisioning().text()).contains("not started");
        assertThat(none.outbox().status()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void saysTimesAsAPersonWould() {
        assertThat(GatewayChecks.span(Duration.ofMinutes(59))).isEqualTo("59 min");
        assertThat(GatewayChecks.span(Duration.ofMinutes(125))).isEqualTo("2 h 5 min");
    }

    @Test
    void aClockOf1970IsAFault() {
        var process = new ProcessChecks(ProcessFigures.own(), clock);
        assertThat(process.clock().status()).isEqualTo(Status.OK);
        clock.set(Instant.parse("1970-01-01T00:01:00Z"));
        assertThat(process.clock().status()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void aTimeThatNobodyHasConfirmedIsTold() {
        Finding unsure = GatewayChecks.clock(time(TimeQuality.ESTIMATED, "server", Duration.ZERO));
        assertThat(unsure.status()).isEqualTo(Status.WARN);
        assertThat(unsure.text()).contains("(estimated, server)");
        assertThat(unsure.remedy()).contains("timedatectl");
        Finding sure = GatewayChecks.clock(time(TimeQuality.CONFIRMED, "signed", Duration.ofDays(-3650)));
        assertThat(sure.status()).isEqualTo(Status.OK);
        assertThat(sure.text()).contains("confirmed (signed)").contains("3650 d 0 h behind");
        assertThat(GatewayChecks.clock(time(TimeQuality.CONFIRMED, "ntp", Duration.ofSeconds(2)))
                        .text())
                .doesNotContain("ahead");
    }

    private static GatewayClock.State time(TimeQuality quality, String source, Duration ahead) {
        return new GatewayClock.State(quality, Site.NOW, source, Optional.empty(), ahead, 3);
    }

    @Test
    void howLongSomethingLastsIsSeenByTheGatewaysOwnClock() {
        assertThat(Duration.between(site.parts.now(), Instant.now()).abs()).isLessThan(Duration.ofMinutes(1));
        site.parts.clock = GatewayClock.confirmed(() -> Site.NOW);
        assertThat(site.parts.now()).isEqualTo(Site.NOW);
    }

    @Test
    void aResultKeepsTextAndRemedyApart() {
        Finding finding = Finding.warning("it is so", "do that");

        assertThat(Finding.of(finding.toResult())).isEqualTo(finding);
        assertThat(finding.toResult().getStatus()).isEqualTo(Status.WARN);
    }
}
