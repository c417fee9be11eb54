// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.lab.amqp.Frames;
import io.postern.testkit.Await;
import io.postern.testkit.CapturedLog;
import io.postern.testkit.LabCa;
import io.postern.testkit.TpmVectors;
import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.tpm.EndorsementKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bad input over AMQP: every kind ends in the reason the protocol has for it, or in the end of the connection, and in one
 * line of the log that names it. The listener serves others all the while.
 */
@Timeout(60)
class AmqpBadInputIT {
    private static final AmqpPatience SHORT = new AmqpPatience(
            Duration.ofMillis(400),
            Duration.ofMillis(1500),
            Duration.ofMillis(2500),
            Duration.ofMillis(800),
            Duration.ofMillis(20));
    private static final Bytes ENDORSEMENT_KEY = Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex"));
    private static final Bytes STORAGE_ROOT_KEY = Bytes.hex(TpmVectors.text("srk_tpm2b_public_hex"));

    @TempDir
    static Path directory;

    private static AmqpSite site;
    private static SymmetricKeys keys;
    private static SymmetricKeys others;

    @BeforeAll
    static void open() throws Exception {
        site = new AmqpSite(directory, SHORT);
        keys = site.enroll("meter-1");
        others = site.enroll("meter-2");
        site.enroll("gw-1", new AttestationMechanism.Tpm(EndorsementKey.decode(ENDORSEMENT_KEY), Optional.empty()));
    }

    @AfterAll
    static void close() {
        site.close();
    }

    /**
     * @param spoken what the client says, all at once or with pauses for an answer
     * @param told what the client is told before the end; empty when it is just closed
     */
    private record Bad(String what, Conversation spoken, String told, String logged) {
        @Override
        public String toString() {
            return what;
        }
    }

    private interface Conversation {
        void hold(RawAmqpClient client) throws IOException;
    }

    private static Bad bad(String what, String told, String logged, Bytes... octets) {
        return new Bad(what, client -> client.send(octets), told, logged);
    }

    private static Bad sasl(String what, String logged, Bytes... frames) {
        return new Bad(
                what,
                client -> {
                    client.send(Frames.SASL);
                    client.read(Frames.SASL.length());
                    for (Bytes frame : frames) {
                        client.frame(); // the mechanisms, and then every challenge
                        client.send(frame);
                    }
                },
                "",
                logged);
    }

    static Stream<Bad> octets() {
        String user = site.address("meter-1");
        Bytes start = Bytes.concat(Frames.BARE, Frames.open("raw", "host"), Frames.begin());
        Bytes nested = nestedLists(20_000);
        return Stream.of(
                bad("a web browser", "AMQP\3\1", "does not speak AMQP 1.0", Bytes.utf8("GET / HTTP/1.1\r\n\r\n")),
                bad("another version", "AMQP\3\1", "does not speak AMQP 1.0", Bytes.hex("414d515000000901")),
                bad(
                        "a frame below its own header",
                        "framing-error",
                        "framing-error",
                        Frames.BARE,
                        Bytes.hex("0000000402000000")),
                bad(
                        "a frame above the limit",
                        "framing-error",
                        "greater than maximum valid frame size",
                        Frames.BARE,
                        Bytes.hex("0000400102000000")),
                bad(
                        "a SASL frame where none belongs",
                        "framing-error",
                        "unknown frame type",
                        Frames.BARE,
                        Frames.sasl(Frames.NULL)),
                bad("a frame that is no performative", "", "not a", Frames.BARE, Frames.amqp(Frames.text("x"))),
                bad("a frame of nested lists", "", "understood", Frames.BARE, Frames.amqp(nested.slice(0, 16_000))),
                bad(
                        "a list longer than its frame",
                        "",
                        "error",
                        Frames.BARE,
                        Frames.amqp(Bytes.hex("005310d07fffffff7fffffff"))),
                bad(
                        "a max-frame-size that holds nothing",
                        "amqp:not-allowed",
                        "max-frame-size is at least 512",
                        Frames.BARE,
                        Frames.amqp(Frames.list(0x10, Frames.text("raw"), Frames.text("host"), Frames.uint(20)))),
                bad(
                        "an idle time-out of a millisecond",
                        "amqp:not-allowed",
                        "idle-time-out is at least",
                        Frames.BARE,
                        Frames.amqp(Frames.list(
                                0x10,
                                Frames.text("raw"),
                                Frames.text("host"),
                                Frames.uint(4096),
                                Bytes.hex("6000ff"),
                                Frames.uint(1)))),
                bad("a second open", "framing-error", "opened a second time", start, Frames.open("raw", "host")),
                bad(
                        "a flood of sessions",
                        "resource-limit-exceeded",
                        "more than 8 sessions",
                        start,
                        Bytes.concat(Stream.iterate(1, i -> i + 1)
                                .limit(20)
                                .map(Frames::begin)
                                .toArray(Bytes[]::new))),
                bad(
                        "a flood of links",
                        "resource-limit-exceeded",
                        "more than 16 links",
                        start,
                        Bytes.concat(Stream.iterate(0, i -> i + 1)
                                .limit(40)
                                .map(i -> Frames.sender("link" + i, i, user))
                                .toArray(Bytes[]::new))),
                bad(
                        "a link attached twice",
                        "framing-error",
                        "attached a second time",
                        start,
                        Frames.sender("one", 0, user),
                        Frames.sender("two", 1, user),
                        Frames.sender("one", 2, user)),
                bad(
                        "a handle used twice",
                        "framing-error",
                        "attached a second time",
                        start,
                        Frames.sender("one", 0, user),
                        Frames.sender("two", 0, user)),
                bad("a transfer on no link", "framing-error", "understood", start, Frames.transfer(7, 0, Bytes.EMPTY)),
                bad(
                        "a begin that answers none",
                        "framing-error",
                        "understood",
                        start,
                        Frames.frame(
                                0,
                                3,
                                Frames.list(
                                        0x11, Bytes.hex("600005"), Frames.uint(0), Frames.uint(1), Frames.uint(1)))));
    }

    static Stream<Bad> exchanges() {
        String user = site.address("meter-1");
        String good = site.token("meter-1", keys.primary());
        Secret wrong = Secret.random(32, new SecureRandom());
        Bytes init = tpm(ENDORSEMENT_KEY);
        Bytes srk = Frames.saslResponse(Bytes.concat(Bytes.hex("00"), STORAGE_ROOT_KEY));
        Bytes receipt = Frames.saslResponse(Bytes.hex("00"));
        return Stream.of(
                sasl("a wrong signature", "not signed with a key", Frames.plain(user, site.token("meter-1", wrong))),
                sasl(
                        "another's token",
                        "another resource",
                        Frames.plain(user, site.token("meter-2", others.primary()))),
                sasl("a password that is no token", "SharedAccessSignature", Frames.plain(user, "secret")),
                sasl(
                        "another scope",
                        "no provisioning service has the id scope",
                        Frames.plain("0ne000OTHER/registrations/meter-1", good)),
                sasl("no registration as user", "no service knows such credentials", Frames.plain("admin", "admin")),
                sasl("an impossible id", "registration id is", Frames.plain(site.scope() + "/registrations/a b", good)),
                sasl(
                        "an unknown mechanism",
                        "no service knows such credentials",
                        Frames.saslInit("CRAM-MD5", Bytes.EMPTY)),
                sasl(
                        "EXTERNAL without a certificate",
                        "without a client certificate",
                        Frames.saslInit("EXTERNAL", Bytes.EMPTY)),
                sasl(
                        "PLAIN for a TPM",
                        "shows no TPM keys",
                        Frames.plain(site.address("gw-1"), site.token("gw-1", wrong))),
                sasl("a response before all", "before the sasl-init", receipt),
                sasl(
                        "two inits",
                        "",
                        Bytes.concat(
                                Frames.saslInit("ANONYMOUS", Bytes.EMPTY), Frames.saslInit("ANONYMOUS", Bytes.EMPTY))),
                sasl(
                        "a SASL frame above the limit",
                        "larger than maximum SASL frame size",
                        Frames.sasl(nestedLists(5000))),
                sasl("a TPM without a zero", "begins with a zero octet", Frames.saslInit("TPM", Bytes.hex("80aa"))),
                sasl(
                        "a TPM without separators",
                        "mechanism TPM begins with",
                        Frames.saslInit("TPM", Bytes.utf8("\0scope"))),
                sasl("a TPM with a key cut short", "TPM structure ends", tpm(ENDORSEMENT_KEY.slice(0, 100)), srk),
                sasl("a TPM with another's key", "is not the one enrolled", tpm(otherKey()), srk),
                sasl("a segmented answer", "begins with a zero octet", init, Frames.saslResponse(Bytes.hex("8011"))),
                sasl(
                        "an answer that is no receipt",
                        "answered with one octet",
                        init,
                        srk,
                        Frames.saslResponse(Bytes.hex("0011"))),
                sasl("a token of another key", "not signed with a key", init, srk, receipt, token(wrong)),
                sasl("no token", "SharedAccessSignature", init, srk, receipt, receipt),
                sasl("answers out of turn", "out of turn", init, Bytes.concat(srk, receipt, receipt)));
    }

    private static Bytes tpm(Bytes endorsementKey) {
        return Frames.saslInit("TPM", Bytes.concat(Bytes.utf8("\0" + site.scope() + "\0gw-1\0"), endorsementKey));
    }

    private static Bytes otherKey() {
        byte[] key = ENDORSEMENT_KEY.toArray();
        key[200] ^= 1; // another modulus
        return Bytes.of(key);
    }

    private static Bytes token(Secret key) {
        return Frames.saslResponse(Bytes.concat(Bytes.hex("00"), Bytes.utf8(site.token("gw-1", key))));
    }

    /** One list in another, as deep as {@code octets} allow. */
    private static Bytes nestedLists(int octets) {
        int depth = octets / 9;
        Bytes[] levels = new Bytes[depth];
        for (int i = 0; i < depth; i++) {
            int inside = (depth - i - 1) * 9;
            levels[i] = Bytes.concat(Bytes.hex("d0"), word(inside + 4), word(1));
        }
        return Bytes.concat(levels);
    }

    private static Bytes word(int number) {
        return Frames.uint(number).slice(1, 5);
    }

    @ParameterizedTest
    @MethodSource("octets")
    void endsAConnectionThatDoesNotKeepTheProtocol(Bad bad) throws Exception {
        assertEnded(bad);
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void endsAConnectionThatDoesNotProveItself(Bad bad) throws Exception {
        assertEnded(bad);
    }

    private static void assertEnded(Bad bad) throws Exception {
        try (CapturedLog log = CapturedLog.start();
                RawAmqpClient client = site.client()) {
            bad.spoken().hold(client);

            assertThat(client.awaitEnd()).contains(bad.told());
            if (!bad.logged().isEmpty()) {
                String line = log.await(bad.logged());
                assertThat(line).contains("remote=");
                assertThat(line.contains("trackingId=")).isEqualTo(line.contains("not authenticated: "));
            }
            assertThat(log.text()).doesNotContain("sig=").doesNotContain("Unhandled exception");
        }
        site.linked("meter-1", keys).close(); // others are served
    }

    /** @param told part of the answer */
    private record BadQuestion(String what, Bytes message, String told) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<BadQuestion> questions() {
        Map<String, Bytes> register = Map.of("iotdps-operation-type", Frames.text("iotdps-register"));
        return Stream.of(
                new BadQuestion(
                        "an unknown operation", Frames.question("iotdps-reboot", "{}"), "not \\\"iotdps-reboot"),
                new BadQuestion(
                        "no operation", Frames.message(Frames.NULL, Map.of(), "{}"), "iotdps-operation-type is"),
                new BadQuestion(
                        "an operation that is a number",
                        Frames.message(Frames.NULL, Map.of("iotdps-operation-type", Frames.uint(1)), "{}"),
                        "iotdps-operation-type is"),
                new BadQuestion("no JSON", Frames.message(Frames.NULL, register, "no json"), "not JSON"),
                new BadQuestion("a JSON list", Frames.message(Frames.NULL, register, "[]"), "JSON object"),
                new BadQuestion(
                        "another's registration",
                        Frames.message(Frames.NULL, register, "{\"registrationId\":\"meter-2\"}"),
                        "both must name the same"),
                new BadQuestion(
                        "a status of no operation",
                        Frames.question("iotdps-get-operationstatus", ""),
                        "names no operation"),
                new BadQuestion(
                        "a status of an unknown operation",
                        Frames.message(
                                Frames.NULL,
                                Map.of(
                                        "iotdps-operation-type", Frames.text("iotdps-get-operationstatus"),
                                        "iotdps-operation-id", Frames.text("5.a.b")),
                                ""),
                        "register again"));
    }

    @ParameterizedTest
    @MethodSource("questions")
    void rejectsAQuestionThatMakesNoSense(BadQuestion bad) throws Exception {
        try (CapturedLog log = CapturedLog.start();
                RawAmqpClient client = site.linked("meter-1", keys)) {
            client.send(Frames.transfer(1, 0, bad.message()));

            String said = client.await("timestampUtc");
            assertThat(said).contains(bad.told()).contains("\"errorCode\":40").contains("\"Message\":\"ErrorCode:");
            String trackingId = said.replaceAll("(?s).*\"trackingId\":\"([^\"]*)\".*", "$1");
            assertThat(log.await("refused over AMQP")).contains("trackingId=" + trackingId);
            client.send(Frames.transfer(1, 1, Frames.question("iotdps-register", "{}")));
            client.await("assigning"); // and the link is good for the next
        }
    }

    @Test
    void detachesALinkToAnotherRegistration() throws Exception {
        try (RawAmqpClient client = site.proven("meter-1", keys)) {
            client.send(Frames.sender("theirs", 0, site.address("meter-2")));
            assertThat(client.await("amqp:unauthorized-access"))
                    .contains("this connection is that of registration meter-1");
            client.send(Frames.receiver("theirs", 1, "0ne000OTHER/registrations/meter-1"));
            client.await("amqp:unauthorized-access");
            client.send(Frames.sender("elsewhere", 2, "/devices/meter-1/messages/events"));
            assertThat(client.await("amqp:not-found"))
                    .contains("nothing is served at /devices/meter-1/messages/events");
        }
    }

    @Test
    void detachesALinkWithoutAnyProof() throws Exception {
        try (RawAmqpClient client = site.client()) {
            client.send(Frames.BARE, Frames.open("raw", "host"), Frames.begin());
            client.send(Frames.sender("mine", 0, site.address("meter-1")));
            client.await("amqp:unauthorized-access");
        }
        LabCa.Holder foreign = LabCa.root("Elsewhere", Instant.now()).device("meter-1");
        try (RawAmqpClient client = site.client(foreign)) {
            client.send(Frames.BARE, Frames.open("raw", "host"), Frames.begin());
            client.send(Frames.sender("mine", 0, site.address("meter-7")));
            assertThat(client.await("amqp:not-found")).contains("was issued by no CA of a group");
        }
    }

    @Test
    void detachesALinkWithAMessageAboveTheLimit() throws Exception {
        try (RawAmqpClient client = site.linked("meter-1", keys)) {
            Bytes chunk = Bytes.of(new byte[16_000]);
            for (int i = 0; i < 7; i++) {
                client.send(Frames.part(1, 0, chunk));
            }
            assertThat(client.await("amqp:link:message-size-exceeded")).contains("at most 98304 octets");
            client.send(Frames.part(1, 0, chunk)); // still on its way; the connection stays
            client.send(Frames.receiver("more", 2, site.address("meter-1")));
            client.await("more");
        }
    }

    @Test
    void detachesALinkThatSendsMoreThanItHasCreditFor() throws Exception {
        try (RawAmqpClient client = site.linked("meter-1", keys)) {
            Bytes[] flood = new Bytes[30];
            for (int i = 0; i < flood.length; i++) {
                flood[i] = Frames.transfer(1, i, Frames.question("iotdps-register", ""));
            }
            client.send(Bytes.concat(flood));
            client.await("amqp:link:transfer-limit-exceeded");
        }
    }

    @Test
    void endsAConnectionWithAMessageThatIsNone() throws Exception {
        for (Bytes octets : new Bytes[] {Bytes.hex("ffff"), Frames.text("x"), nestedLists(15_000)}) {
            try (CapturedLog log = CapturedLog.start();
                    RawAmqpClient client = site.linked("meter-1", keys)) {
                client.send(Frames.transfer(1, 0, octets));
                assertThat(client.awaitEnd()).contains("amqp:decode-error");
                log.await("AMQP connection refused", "no AMQP message");
            }
        }
    }

    @Test
    void waitsForNobodyWithoutEnd() throws Exception {
        try (RawAmqpClient silent = site.client();
                RawAmqpClient halfway = site.client();
                RawAmqpClient idle = site.linked("meter-1", keys);
                CapturedLog log = CapturedLog.start()) {
            halfway.send(Frames.BARE, Frames.open("raw", "host"), Frames.begin());

            silent.awaitEnd();
            log.await("it did not begin within 400 ms");
            halfway.awaitEnd();
            log.await("it was not admitted to a link within 1500 ms");
            assertThat(idle.awaitEnd()).contains("local-idle-timeout expired");
            log.await("silent for 2 s");
        }
    }

    @Test
    void endsAConnectionThatNeverReads() throws Exception {
        try (CapturedLog log = CapturedLog.start();
                RawAmqpClient client = site.linked("meter-1", keys)) {
            Bytes nonsense = Frames.question("iotdps-reboot", "");
            String ended = "it does not read what is sent to it";
            var next = new AtomicInteger();
            while (!log.text().contains(ended)) { // one question at a time: it has credit for few
                int asked = next.incrementAndGet();
                client.send(Frames.transfer(1, asked - 1, nonsense));
                Await.until(
                        Duration.ofSeconds(20),
                        "the refusal of question " + asked,
                        () -> refused(log) >= asked || log.text().contains(ended));
            }
            assertThatThrownBy(() -> {
                        while (true) {
                            client.send(Frames.transfer(1, next.getAndIncrement(), nonsense));
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    private static long refused(CapturedLog log) {
        return log.lines().stream()
                .filter(line -> line.contains("refused over AMQP"))
                .count();
    }
}
