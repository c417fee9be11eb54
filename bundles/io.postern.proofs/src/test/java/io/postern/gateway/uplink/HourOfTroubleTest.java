// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.amqp.AmqpComponent;
import io.postern.gateway.https.HttpHubLink;
import io.postern.gateway.https.HttpsExchange;
import io.postern.gateway.https.SiteProxy;
import io.postern.gateway.https.TlsDialer;
import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.mqtt.MqttComponent;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.ThrottledException;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.uplink.UnwillingHub.Answer;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Configs;
import io.postern.testkit.Hosts;
import io.postern.testkit.LabCa;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * An hour of each trouble on the way to a hub, in simulated time: how often a whole gateway tries, what it says of it, and
 * that nothing is lost. What a transport throws comes from the real one, which meets the trouble once; then it is played.
 */
class HourOfTroubleTest {
    private static final Set<Transport> ALL = EnumSet.allOf(Transport.class);
    private static final String QUOTA = "{\"Message\":\"ErrorCode:IotHubQuotaExceeded;reached, Max 8000\"}";

    // docs/understand/reconnecting.md: "some 110 attempts an hour"; chance may make it a third more
    private static final int MOST = 150;

    /**
     * @param over the transports that a site allows
     * @param code what {@code ./postern uplink} shows
     * @param words of the reason
     */
    record Trouble(String name, Place place, Set<Transport> over, String code, String words) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Where the gateway meets it. */
    private interface Place {
        Meeting open() throws Exception;
    }

    /** @param there who counts connections, when somebody is there */
    private record Meeting(
            Optional<UnwillingHub> there, TrustAnchors anchors, HubName name, int port, Optional<SiteProxy> proxy)
            implements AutoCloseable {
        static Meeting nobody(HubName name) {
            return new Meeting(
                    Optional.empty(), TrustAnchors.of(List.of(PLANT.certificate())), name, 1, Optional.empty());
        }

        @Override
        public void close() throws IOException {
            if (there.isPresent()) {
                there.get().close();
            }
        }
    }

    static final List<Trouble> TROUBLES = Stream.of(
                    Stream.of(
                            new Trouble("expired certificate", HourOfTroubleTest::expired, ALL, "tls", "is over"),
                            new Trouble("wrong host name", HourOfTroubleTest::misnamed, ALL, "tls", "another name"),
                            new Trouble("unknown root", HourOfTroubleTest::unknown, ALL, "tls", "root certificates"),
                            new Trouble("unknown name", HourOfTroubleTest::unnamed, ALL, "name", "name is not known"),
                            new Trouble(
                                    "nobody listens", HourOfTroubleTest::absent, ALL, "unreachable", "nobody listens"),
                            new Trouble("hangs up", hub(new Answer.HangUp()), ALL, "unreachable", "hung up"),
                            new Trouble("proxy refuses", HourOfTroubleTest::proxy, ALL, "unreachable", "proxy")),
                    Stream.of(1, 2, 4, 5).map(code -> connack(code, code < 3 ? "failed" : "not-authorized")),
                    Stream.of(connack(3, "busy")),
                    Stream.of(
                            status(401, "", "", "not-authorized"),
                            status(403, "", "", "not-authorized"),
                            status(404, "", "", "not-authorized"),
                            status(410, "", "", "failed"),
                            status(429, "Retry-After: 30\r\n", "", "busy"),
                            status(503, "Retry-After: 300\r\n", "", "busy"),
                            status(403, "", QUOTA, "busy"),
                            status(500, "", "", "failed")),
                    Stream.of(
                                    "amqp:unauthorized-access=not-authorized",
                                    "amqp:not-found=not-authorized",
                                    "amqp:resource-limit-exceeded=busy",
                                    "com.microsoft:device-container-throttled=busy",
                                    "com.microsoft:quota-exceeded=busy",
                                    "amqp:connection:forced=failed",
                                    "amqp:connection:redirect=failed",
                                    "com.microsoft:iot-hub-suspended=failed",
                                    "amqp:internal-error=failed")
                            .map(each -> condition(each.split("=")[0], each.split("=")[1])))
            .flatMap(each -> each)
            .toList();

    private static final LabCa PLANT = LabCa.root("Plant", Instant.now());
    private static final Map<String, Map<Transport, IOException>> MET = new HashMap<>(); // by the trouble's name
    private static final HubName HUB = SimulatedGateway.HUB;

    private final MovableClock clock = MovableClock.at(SimulatedGateway.START);
    private final UnwrittenOutbox outbox = new UnwrittenOutbox();
    private final Set<String> arrived = ConcurrentHashMap.newKeySet();
    private final Map<Transport, PlayedLink> links = new EnumMap<>(Transport.class);

    /** From the start on, with two leaves: too few to be held for an outage. */
    @ParameterizedTest
    @FieldSource("TROUBLES")
    void twoLeavesThatNobodyLetsInTryRarelySayWhyAndLoseNothing(Trouble trouble) throws Exception {
        Map<Transport, IOException> said = make(trouble);
        begin(said);
        try (var gateway = gateway(2)) {
            append(gateway, 10);
            gateway.pass(Duration.ofHours(1));
            checkHour(gateway, trouble, 2 * MOST);
            mend(gateway);
        }
    }

    @ParameterizedTest
    @FieldSource("TROUBLES")
    void twentyLeavesThatWereConnectedTryAsRarelyAsOneSayWhyAndLoseNothing(Trouble trouble) throws Exception {
        Map<Transport, IOException> said = make(trouble);
        try (var gateway = gateway(20)) {
            append(gateway, 5);
            gateway.pass(Duration.ofMinutes(2));
            assertThat(arrived).hasSize(20 * 5);
            begin(said);
            gateway.tokens.set(0);
            append(gateway, 5);
            gateway.pass(Duration.ofHours(1));
            checkHour(gateway, trouble, MOST);
            mend(gateway);
        }
    }

    static final List<Arguments> ENDS = List.of(
            Arguments.of(new IOException("the connection was reset"), "lost"),
            Arguments.of(new ThrottledException("no time", Optional.empty()), "busy"),
            Arguments.of(new NotAuthorizedException("no longer"), "not-authorized"));

    @ParameterizedTest
    @FieldSource("ENDS")
    void aHubThatLetsInAndHangsUpAtTheFirstMessageIsNotHammered(IOException end, String code) throws Exception {
        ALL.forEach(each -> links.put(each, new PlayedLink(this::take)));
        links.values().forEach(each -> each.troubled(new PlayedLink.Trouble(end, true)));
        try (var gateway = gateway(20)) {
            append(gateway, 10);
            gateway.pass(Duration.ofHours(1));
            assertThat(openings()).isBetween(20, 20 * (Retry.USUAL_PER_HOUR + Retry.USUAL_PER_HOUR / 6));
            assertThat(gateway.uplinks)
                    .extracting(each -> each.state().last().orElseThrow().code())
                    .containsOnly(code);
            mend(gateway);
        }
    }

    private int openings() {
        return links.values().stream().mapToInt(each -> each.openings.get()).sum();
    }

    private Map<Transport, IOException> make(Trouble trouble) throws Exception {
        Map<Transport, IOException> said = MET.get(trouble.name);
        if (said == null) {
            said = meet(trouble);
            MET.put(trouble.name, said);
        }
        said.keySet().forEach(each -> links.put(each, new PlayedLink(this::take)));
        return said;
    }

    private void begin(Map<Transport, IOException> said) {
        said.forEach((transport, what) ->
                Objects.requireNonNull(links.get(transport)).troubled(new PlayedLink.Trouble(what, false)));
    }

    private static Trouble connack(int code, String state) {
        return new Trouble(
                "CONNACK " + code, hub(new Answer.Connack(code)), EnumSet.of(Transport.MQTT), state, "CONNACK " + code);
    }

    private static Trouble status(int status, String field, String body, String state) {
        Place place = hub(new Answer.Status(status, field, body));
        return new Trouble(
                "HTTP " + status + " " + field.trim() + body, place, EnumSet.of(Transport.HTTPS), state, status + "");
    }

    private static Trouble condition(String symbol, String state) {
        return new Trouble(symbol, hub(new Answer.Condition(symbol)), EnumSet.of(Transport.AMQP), state, symbol);
    }

    private static Place hub(Answer answer) {
        return () -> listening(PLANT.server(HUB.text()), List.of(PLANT), answer);
    }

    private static Meeting expired() throws Exception {
        LabCa old = LabCa.root("Plant of old", Instant.now().minus(Duration.ofDays(20_000)));
        return listening(old.server(HUB.text()), List.of(old), new Answer.Connack(0));
    }

    private static Meeting misnamed() throws Exception {
        return listening(PLANT.server("other.uplink.test"), List.of(PLANT), new Answer.Connack(0));
    }

    private static Meeting unknown() throws Exception {
        return listening(LabCa.root("Other", Instant.now()).server(HUB.text()), List.of(PLANT), new Answer.Connack(0));
    }

    private static Meeting listening(LabCa.Holder shown, List<LabCa> trusted, Answer answer) throws Exception {
        SSLContext tls = ClientTls.context(PLANT.certificate(), Optional.of(shown));
        var there = new UnwillingHub(Optional.of(tls), answer);
        Hosts.write(there.address(), HUB.text());
        var anchors = TrustAnchors.of(trusted.stream().map(LabCa::certificate).toList());
        return new Meeting(Optional.of(there), anchors, HUB, there.port(), Optional.empty());
    }

    private static Meeting unnamed() {
        return Meeting.nobody(HubName.of("nowhere.uplink.test"));
    }

    private static Meeting absent() {
        Hosts.write(LoopbackAddress.random(), "absent.uplink.test");
        return Meeting.nobody(HubName.of("absent.uplink.test"));
    }

    private static Meeting proxy() throws IOException {
        var there = new UnwillingHub(Optional.empty(), new Answer.Status(403, "", ""));
        SiteProxy proxy = SiteProxy.parse("http://" + there.address() + ":" + there.port(), Optional.empty());
        Meeting alone = Meeting.nobody(HUB);
        return new Meeting(Optional.of(there), alone.anchors, HUB, alone.port, Optional.of(proxy));
    }

    /** What each real transport throws; to try once is to connect once. */
    private static Map<Transport, IOException> meet(Trouble trouble) throws Exception {
        Map<Transport, IOException> said = new EnumMap<>(Transport.class);
        var token = new Credential.Token(SimulatedGateway.signed(ResourceUri.device(HUB, leaf(1)), Instant.now()));
        try (Meeting meeting = trouble.place.open()) {
            for (Transport transport : trouble.over) {
                try (HubLink link = link(transport, meeting)) {
                    meeting.there.ifPresent(there -> there.connections.set(0));
                    said.put(
                            transport,
                            catchThrowableOfType(
                                    IOException.class,
                                    () -> link.open(meeting.name, leaf(1), token, Optional.empty())));
                    meeting.there.ifPresent(there -> assertThat(there.connections)
                            .as("connections of one attempt over %s", transport)
                            .hasValue(1));
                }
            }
        }
        return said;
    }

    private static HubLink link(Transport transport, Meeting meeting) {
        var dialer = new TlsDialer(meeting.anchors, meeting.proxy, TlsDialer.Limits.DEFAULT);
        return switch (transport) {
            case MQTT, MQTT_WS -> new MqttComponent().link(transport, meeting.port, dialer);
            case AMQP, AMQP_WS ->
                new AmqpComponent(Configs.of(AmqpComponent.Config.class, Map.of()))
                        .link(transport, meeting.port, dialer);
            case HTTPS ->
                new HttpHubLink(
                        new HttpsExchange(meeting.anchors, meeting.proxy, HttpsExchange.Limits.DEFAULT), meeting.port);
        };
    }

    private SimulatedGateway gateway(int leaves) {
        List<DeviceId> names = IntStream.rangeClosed(1, leaves)
                .mapToObj(HourOfTroubleTest::leaf)
                .toList();
        return new SimulatedGateway(clock, names, outbox, Map.copyOf(links));
    }

    private static DeviceId leaf(int n) {
        return DeviceId.of("leaf-" + n);
    }

    private void take(TelemetryMessage message) {
        arrived.add(message.leaf() + " " + message.sequence());
    }

    private void append(SimulatedGateway gateway, int count) throws IOException {
        for (Uplink each : gateway.uplinks) {
            for (int n = 0; n < count; n++) {
                outbox.append(each.leaf(), Priority.MEASUREMENT, Stamp.confirmed(clock.instant()), Bytes.EMPTY);
            }
        }
    }

    private void checkHour(SimulatedGateway gateway, Trouble trouble, int most) {
        links.forEach((transport, link) ->
                assertThat(link.openings).as("attempts over %s", transport).hasValueLessThanOrEqualTo(most));
        assertThat(openings()).as("attempts").isGreaterThan(5);
        assertThat(gateway.tokens).as("questions to the token service").hasValueLessThanOrEqualTo(most);
        checkStates(gateway, trouble.code, trouble.words);
    }

    /** Each knows what stopped it when it last tried, which some have not since they lost their sessions. */
    private static void checkStates(SimulatedGateway gateway, String code, String words) {
        assertThat(gateway.uplinks)
                .extracting(each -> each.state().phase())
                .containsAnyOf(SessionState.Phase.CONNECTING, SessionState.Phase.RETRYING)
                .doesNotContain(SessionState.Phase.CONNECTED);
        assertThat(gateway.uplinks)
                .extracting(each -> each.state().last().orElseThrow())
                .allSatisfy(last -> assertThat(last.code()).isIn(code, "lost"))
                .anySatisfy(last -> {
                    assertThat(last.code()).isEqualTo(code);
                    assertThat(last.reason()).contains(words);
                });
    }

    /** The trouble ends; all that was accepted arrives. */
    private void mend(SimulatedGateway gateway) throws InterruptedException {
        links.values().forEach(PlayedLink::mended);
        gateway.pass(Duration.ofMinutes(12));
        assertThat(gateway.uplinks).extracting(each -> each.state().phase()).containsOnly(SessionState.Phase.CONNECTED);
        assertThat(arrived).hasSize(10 * gateway.uplinks.size());
    }
}
