// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import static io.postern.cloud.tokens.TokenFixture.GATEWAY;
import static io.postern.cloud.tokens.TokenFixture.OTHER_GATEWAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.tokens.NewLeafPolicy.Mode;
import io.postern.cloud.tokens.NewLeafPolicy.Rule;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NewLeavesTest {
    private static final DeviceId NEW = DeviceId.of("gw-1-meter");
    private static final List<Rule> RULES = List.of(Rule.parse("*={gateway}-*"));

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init") // each test opens it under a policy of its own
    private TokenFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new TokenFixture(directory, NewLeafPolicy.OFF);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void whereItIsOffALeafNobodyMadeIsUnknown() {
        open(NewLeafPolicy.OFF);
        assertThat(fixture.refusal(GATEWAY, NEW)).isEqualTo(Refusal.UNKNOWN_LEAF);
        assertThat(fixture.hub.identities().find(NEW)).isEmpty();
    }

    @Test
    @Tag("HUB-18")
    void whereItIsOnALeafIsMadeAssignedAndTaggedWithItsGatewayAndSpeaksAtOnce() {
        open(new NewLeafPolicy(Mode.ON, RULES, 100));
        var token = fixture.granted(GATEWAY, NEW);

        assertThat(fixture.hub.gatekeeper().admitDevice(token, NEW)).isInstanceOf(AccessDecision.Allowed.class);
        assertThat(fixture.hub.twins().find(NEW).orElseThrow().tags()).containsEntry("gateway", Json.text("gw-1"));
        assertThat(fixture.service.desk().find(NEW).orElseThrow().gateway()).isEqualTo(GATEWAY);
        assertThat(fixture.refusal(OTHER_GATEWAY, NEW)).isEqualTo(Refusal.NOT_ASSIGNED);
    }

    @Test
    void withApprovalALeafWaitsForAnOperatorAndIsToldSo() throws IOException {
        open(new NewLeafPolicy(Mode.APPROVAL, RULES, 100));
        TokenDecision.Refused waiting = fixture.refused(GATEWAY, NEW);
        assertThat(waiting.reason()).isEqualTo(Refusal.WAITING_FOR_APPROVAL);
        assertThat(waiting.retryAfter()).hasValue(Duration.ofSeconds(30));
        assertThat(waiting.text()).contains("postern ctl leaves approve gw-1-meter");
        fixture.refused(GATEWAY, NEW);
        assertThat(fixture.service.desk().wantedAfter("", 10)).singleElement().satisfies(wanted -> {
            assertThat(wanted.getString("gateway")).isEqualTo("gw-1");
            assertThat(wanted.getInt("times")).isEqualTo(2);
        });

        assertThat(fixture.service.desk().approve(NEW, "op")).isInstanceOf(LeafDesk.Approval.Made.class);
        assertThat(fixture.granted(GATEWAY, NEW)).isNotNull();
        assertThat(fixture.service.desk().wantedAfter("", 10)).isEmpty();
        assertThat(fixture.service.desk().approve(NEW, "op")).isInstanceOf(LeafDesk.Approval.NotWanted.class);
    }

    @Test
    void aLeafThatAnOperatorRefusedStaysRefusedWithHisReason() throws IOException {
        open(new NewLeafPolicy(Mode.APPROVAL, RULES, 100));
        fixture.refused(GATEWAY, NEW);
        assertThat(fixture.service.desk().refuse(NEW, "not ours", "op")).isTrue();
        assertThat(fixture.refused(GATEWAY, NEW).text()).contains("not ours");
        assertThat(fixture.service.desk().refuse(DeviceId.of("nobody"), "x", "op"))
                .isFalse();

        assertThat(fixture.service.desk().approve(NEW, "op"))
                .as("an operator may think again")
                .isInstanceOf(LeafDesk.Approval.Made.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gw-2-meter", "meter", "gw-1", "GW-1-meter", "xgw-1-meter"})
    void aNameThatIsNotTheGatewaysToGiveIsRefused(String name) {
        open(new NewLeafPolicy(Mode.ON, RULES, 100));
        assertThat(fixture.refusal(GATEWAY, DeviceId.of(name))).isIn(Refusal.NAME_NOT_ALLOWED, Refusal.NOT_ASSIGNED);
        assertThat(fixture.service.desk().listAfter("", 10)).isEmpty();
    }

    @Test
    void theNameOfADeletedLeafStaysBarred() {
        open(new NewLeafPolicy(Mode.ON, RULES, 100));
        fixture.granted(GATEWAY, NEW);
        fixture.hub.identities().delete(NEW, IfMatch.ANY);
        assertThat(fixture.refusal(GATEWAY, NEW)).isEqualTo(Refusal.QUARANTINED_LEAF);

        fixture.clock.advance(Duration.ofDays(10));
        assertThat(fixture.granted(GATEWAY, NEW)).isNotNull();
    }

    @Test
    void aGatewayBringsAlongOnlySoManyADay() {
        open(new NewLeafPolicy(Mode.ON, RULES, 3));
        for (int number = 0; number < 3; number++) {
            fixture.granted(GATEWAY, DeviceId.of("gw-1-" + number));
        }
        assertThat(fixture.refusal(GATEWAY, DeviceId.of("gw-1-3"))).isEqualTo(Refusal.TOO_MANY_NEW_LEAVES);
        assertThat(fixture.granted(OTHER_GATEWAY, DeviceId.of("gw-2-0"))).isNotNull();

        fixture.clock.advance(Duration.ofDays(1).plusSeconds(1));
        assertThat(fixture.granted(GATEWAY, DeviceId.of("gw-1-3"))).isNotNull();
    }

    @Test
    void tenThousandNamesOfOneGatewayLeaveABoundedTraceAndAnotherGatewayIsServed() {
        open(new NewLeafPolicy(Mode.APPROVAL, RULES, 100));
        var patient = new NewLeaves(fixture.database, TokenFixture.HUB, new NewLeafPolicy(Mode.APPROVAL, RULES, 100));
        fixture.database.together(() -> {
            for (int number = 0; number < 10_000; number++) {
                patient.ask(DeviceId.of("gw-1-" + number), GATEWAY, fixture.clock.instant());
            }
            return patient;
        });
        assertThat(patient.listAfter("", 1_000)).hasSize(NewLeaves.MOST_WAITING);
        assertThat(patient.listAfter(
                        patient.listAfter("", 1_000).getLast().leaf().text(), 1_000))
                .isEmpty();
        assertThat(fixture.service.desk().listAfter("", 1_000)).isEmpty();
        assertThat(fixture.refusal(OTHER_GATEWAY, DeviceId.of("gw-2-1"))).isEqualTo(Refusal.WAITING_FOR_APPROVAL);

        fixture.clock.advance(Duration.ofDays(8));
        patient.ask(DeviceId.of("gw-1-x"), GATEWAY, fixture.clock.instant());
        assertThat(patient.listAfter("", 1_000)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"gw-1-:.+%_#*?!(),=@;$'", "gw-1-%2e%2e", "gw-1-' OR 1=1", "gw-1-\u00e9", "gw-1-/x", "gw-1- "})
    void namesWithOddCharactersAreNamesOrNothing(String name) {
        open(new NewLeafPolicy(Mode.ON, RULES, 100));
        DeviceId leaf;
        try {
            leaf = DeviceId.of(name);
        } catch (IllegalArgumentException e) {
            assertThat(fixture.hub.identities().list(10)).hasSize(2);
            return;
        }
        assertThat(fixture.granted(GATEWAY, leaf).resource().path()).endsWith("/" + name);
        assertThat(fixture.service.desk().find(leaf)).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "gw-1=meter-*, gw-1, meter-7, true",
        "gw-1=meter-*, gw-2, meter-7, false",
        "gw-*=*.{gateway}, gw-2, a.gw-2, true",
        "*={gateway}-*, g*, gx-1, false",
        "*={gateway}-*, g*, g*-1, true",
        "gw-1=gw-1, gw-1, gw-1, false",
        "*=m[0-9], gw-1, m1, false"
    })
    void aRuleSaysWhatAGatewayMayNameItsLeaves(String rule, String gateway, String leaf, boolean allowed) {
        open(NewLeafPolicy.OFF);
        var policy = new NewLeafPolicy(Mode.ON, List.of(Rule.parse(rule)), 1);
        assertThat(policy.allows(DeviceId.of(gateway), DeviceId.of(leaf))).isEqualTo(allowed);
    }

    @Test
    void settingsThatMeanNothingStopTheStart() {
        open(NewLeafPolicy.OFF);
        assertThatThrownBy(() -> NewLeafPolicy.of("maybe", new String[0], 1)).hasMessageContaining("newLeaves");
        assertThatThrownBy(() -> NewLeafPolicy.of("on", new String[] {"gw-1"}, 1))
                .hasMessageContaining("newLeafNames");
        assertThatThrownBy(() -> NewLeafPolicy.of("on", new String[] {"*=*a*a*a*a*"}, 1))
                .hasMessageContaining("at most 4 stars");
        assertThatThrownBy(() -> NewLeafPolicy.of("on", new String[0], 0)).hasMessageContaining("newLeavesPerDay");
    }

    private void open(NewLeafPolicy policy) {
        fixture.service.close();
        fixture.service = fixture.start(policy);
    }
}
