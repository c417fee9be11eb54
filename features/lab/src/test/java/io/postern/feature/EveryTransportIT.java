// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.ctl.NewEnrollment;
import io.postern.gateway.amqp.AmqpComponent;
import io.postern.gateway.https.HttpDpsLink;
import io.postern.gateway.https.HttpsExchange;
import io.postern.gateway.https.SiteProxy;
import io.postern.gateway.https.TlsDialer;
import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.identity.Attestation;
import io.postern.gateway.mqtt.MqttComponent;
import io.postern.gateway.provisioning.FallbackDpsLink;
import io.postern.gateway.provisioning.Provisioner;
import io.postern.gateway.provisioning.ProvisioningOutcome;
import io.postern.gateway.provisioning.TransportOrder;
import io.postern.gateway.provisioning.TransportUse;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.DpsLink;
import io.postern.gateway.spi.NonceDpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.gateway.spi.StateStore;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.spi.UnreachableException;
import io.postern.gateway.tpm.TpmSecurityModule;
import io.postern.lab.LabCloud;
import io.postern.testkit.Configs;
import io.postern.testkit.ConnectProxy;
import io.postern.testkit.Hosts;
import io.postern.testkit.LabCa;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.ServerIdentity;
import io.postern.testkit.Swtpm;
import io.postern.wire.DeviceId;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.tpm.EndorsementKey;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One story, over each transport and by each attestation it can carry: an operator enrolls a gateway, the gateway's own
 * provisioner registers it with a cloud side as shipped, over the network or through a proxy.
 */
@TestInstance(Lifecycle.PER_CLASS)
class EveryTransportIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final LabCa CA = LabCa.root("Plant", Instant.now());
    private static final String ADDRESS = LoopbackAddress.random();
    private static final TlsDialer.Limits IMPATIENT =
            new TlsDialer.Limits(Duration.ofSeconds(10), Duration.ofSeconds(1)); // a loaded machine shakes hands within
    private static final String CREDENTIALS = "gateway:pa55 wörd";

    @TempDir
    private static Path directory;

    private LabCloud cloud;
    private Swtpm tpm;
    private String host;
    private JsonObject ports;
    private TrustAnchors anchors;
    private final List<TransportUse> uses = new ArrayList<>();

    /** Ways to prove oneself that this class tells of. */
    enum Proof {
        TPM,
        X509,
        KEY
    }

    @BeforeAll
    void start() throws Exception {
        cloud = LabCloud.start(ROOT, Files.createDirectories(directory.resolve("lab")), ADDRESS);
        tpm = Swtpm.fresh(directory);
        host = cloud.connection().provisioningHost().orElseThrow();
        Hosts.write(ADDRESS, host);
        JsonObject connection = Json.parseObject(Files.readString(cloud.data().resolve("connection.json")));
        ports = connection.getJsonObject("ports");
        anchors = TrustAnchors.load(cloud.connection().caFile().orElseThrow());
    }

    @AfterAll
    void stop() {
        tpm.close();
        cloud.close();
    }

    @ParameterizedTest
    @CsvSource({
        "TPM, HTTPS",
        "TPM, AMQP",
        "TPM, AMQP_WS",
        "X509, HTTPS",
        "X509, AMQP",
        "X509, AMQP_WS",
        "X509, MQTT",
        "X509, MQTT_WS",
        "KEY, HTTPS",
        "KEY, AMQP",
        "KEY, AMQP_WS",
        "KEY, MQTT",
        "KEY, MQTT_WS",
    })
    @Tag("SYS-03")
    @Tag("DPS-05")
    @Tag("DPS-06")
    @Tag("HUB-12")
    void theStoryIsTheSameOverEveryTransport(Proof proof, Transport transport) throws Exception {
        String name = name("gw", proof, transport);

        assertThat(register(proof, name, List.of(transport), Map.of(), Optional.empty()))
                .isEqualTo("assigned " + name);
        assertThat(uses).containsExactly(new TransportUse(Optional.of(transport), List.of()));
    }

    @ParameterizedTest
    @CsvSource({"TPM, AMQP_WS", "TPM, AMQP", "X509, HTTPS", "X509, AMQP_WS", "KEY, MQTT_WS", "KEY, MQTT", "KEY, HTTPS"})
    @Tag("SYS-03")
    void aProxyIsTheOnlyWayOutAndSeesNothingButNames(Proof proof, Transport transport) throws Exception {
        String name = name("proxied", proof, transport);
        String alone = LoopbackAddress.random();
        try (var proxy = new ConnectProxy(alone, ADDRESS, Optional.of(CREDENTIALS))) {
            assertThat(register(proof, name, List.of(transport), Map.of(), Optional.of(proxy)))
                    .isEqualTo("assigned " + name);
            assertThat(proxy.opened()).isNotEmpty().containsOnly(host + ":" + port(transport));
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTPS", "AMQP_WS", "MQTT"})
    void aProxyThatWantsCredentialsSaysSo(Transport transport) throws Exception {
        try (var proxy = new ConnectProxy(LoopbackAddress.random(), ADDRESS, Optional.of(CREDENTIALS))) {
            DpsLink link = link(transport, Map.of(), Optional.of(SiteProxy.parse(proxy.url(), Optional.empty())));
            var request = new RegistrationRequest(RegistrationId.of("gw-proxy"), Optional.empty(), Optional.empty());
            Secret key = Secret.random(32, new SecureRandom());
            var proof = new Credential.Token(token(RegistrationId.of("gw-proxy"), key));

            assertThatThrownBy(() -> link.register(scope(), request, Optional.of(proof)))
                    .isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("407 Proxy Authentication Required; put user:password into the file of")
                    .hasMessageContaining("proxyCredentialsFile");
            assertThat(proxy.opened()).isEmpty();
        }
    }

    @Test
    @Tag("SYS-03")
    void portsThatAreClosedListenedInOnOrSilentArePassedOver() throws Exception {
        ServerIdentity stranger = ServerIdentity.selfSigned(directory, host);
        try (ServerSocket listenedInOn = stranger.serverContext()
                        .getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getByName(ADDRESS));
                var silent = new ServerSocket(0, 50, InetAddress.getByName(ADDRESS))) {
            Thread.startVirtualThread(() -> shakeHands(listenedInOn));

            String outcome = register(
                    Proof.KEY,
                    "gw-fallback",
                    List.of(Transport.AMQP, Transport.MQTT, Transport.MQTT_WS, Transport.HTTPS),
                    Map.of(
                            Transport.AMQP, closedPort(),
                            Transport.MQTT, listenedInOn.getLocalPort(),
                            Transport.MQTT_WS, silent.getLocalPort()),
                    Optional.empty());

            assertThat(outcome).isEqualTo("assigned gw-fallback");
            assertThat(uses.getFirst().used()).contains(Transport.HTTPS);
            assertThat(uses.getFirst().obstacles())
                    .containsSubsequence(
                            "amqp: cannot reach", "nobody listens there",
                            "mqtt: cannot reach", "it does not prove to be that server",
                            "mqtt-ws: cannot reach", "it did not answer in time");
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("SYS-03")
    void whoAsksTooOftenIsToldHowLongToWait(Transport transport) throws Exception {
        String name = name("eager", Proof.KEY, transport);
        Secret key = enrollKey(name);
        IdScope scope = scope();
        var id = RegistrationId.of(name);
        Optional<Credential> proof = Optional.of(new Credential.Token(token(id, key)));
        DpsLink link = link(transport, Map.of(), Optional.empty());
        try {
            var request = new RegistrationRequest(id, Optional.empty(), Optional.empty());
            var wait = (RegistrationReply.Assigning) link.register(scope, request, proof);
            RegistrationReply last = wait;
            for (int asked = 0; asked < 10 && !(last instanceof RegistrationReply.Failed); asked++) {
                last = link.status(scope, id, wait.operationId(), proof);
            }
            assertThat(last).isInstanceOfSatisfying(RegistrationReply.Failed.class, failed -> {
                assertThat(failed.code()).isEqualTo(429);
                assertThat(failed.retryable()).isTrue();
                assertThat(failed.retryAfter().orElseThrow()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(10));
            });
        } finally {
            link.leave();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStrangerIsRefusedAndNotSentElsewhere(Transport transport) throws Exception {
        var id = RegistrationId.of(name("stranger", Proof.KEY, transport));
        Secret key = Secret.random(32, new SecureRandom());
        Provisioner provisioner = Provisioner.of(
                Provisioner.Settings.of(scope()),
                new Attestation.SymmetricKey(id, key::hmacSha256),
                link(transport, Map.of(), Optional.empty()),
                new Memory(),
                InstantSource.system(),
                _ -> {},
                (milestone, subject) -> {});

        assertThat(provisioner.attempt(_ -> {})).isInstanceOf(ProvisioningOutcome.Denied.class);
    }

    /** What became of it, {@code assigned} and the device for example. */
    private String register(
            Proof proof,
            String name,
            List<Transport> transports,
            Map<Transport, Integer> ports,
            Optional<ConnectProxy> proxy)
            throws Exception {
        uses.clear();
        try (TpmSecurityModule module = TpmSecurityModule.at(tpm.device())) {
            Attestation attestation = enroll(proof, name, module);
            if (proxy.isPresent()) {
                Hosts.write(LoopbackAddress.random(), host); // where nobody listens
            }
            ProvisioningOutcome outcome =
                    provisioner(attestation, transports, ports, proxy).attempt(_ -> {});
            return outcome instanceof ProvisioningOutcome.Assigned(var assignment)
                    ? "assigned " + assignment.deviceId()
                    : outcome.toString();
        } finally {
            Hosts.write(ADDRESS, host);
        }
    }

    private Provisioner provisioner(
            Attestation attestation,
            List<Transport> transports,
            Map<Transport, Integer> ports,
            Optional<ConnectProxy> proxy)
            throws IOException {
        var settings = Provisioner.Settings.of(scope());
        var order = new TransportOrder(transports);
        var store = new Memory();
        Map<Transport, Supplier<NonceDpsLink>> nonce = new HashMap<>();
        Map<Transport, Supplier<DpsLink>> any = new HashMap<>();
        Optional<SiteProxy> through = proxy.isPresent() ? Optional.of(settings(proxy.get())) : Optional.empty();
        transports.forEach(each -> nonce.put(each, () -> (NonceDpsLink) link(each, ports, through)));
        transports.forEach(each -> any.put(each, () -> link(each, ports, through)));
        var link = new FallbackDpsLink(order, any, uses::add, System::nanoTime);
        InstantSource clock = InstantSource.system();
        return switch (attestation) {
            case Attestation.Tpm chip ->
                Provisioner.of(
                        settings,
                        chip,
                        new FallbackDpsLink.OfNonce(order, nonce, uses::add, System::nanoTime),
                        store,
                        clock,
                        _ -> {},
                        (milestone, subject) -> {});
            case Attestation.X509 certificate ->
                Provisioner.of(settings, certificate, link, store, clock, _ -> {}, (milestone, subject) -> {});
            case Attestation.SymmetricKey key ->
                Provisioner.of(settings, key, link, store, clock, _ -> {}, (milestone, subject) -> {});
        };
    }

    private DpsLink link(Transport transport, Map<Transport, Integer> others, Optional<SiteProxy> proxy) {
        int port = others.getOrDefault(transport, port(transport));
        var dialer = new TlsDialer(anchors, proxy, IMPATIENT);
        return switch (transport) {
            case HTTPS ->
                new HttpDpsLink(host + ":" + port, new HttpsExchange(anchors, proxy, HttpsExchange.Limits.DEFAULT));
            case MQTT, MQTT_WS -> new MqttComponent().link(transport, host, port, dialer);
            case AMQP, AMQP_WS ->
                new AmqpComponent(Configs.of(AmqpComponent.Config.class, Map.of())).link(transport, host, port, dialer);
        };
    }

    private int port(Transport transport) {
        return ports.getInt(
                switch (transport) {
                    case HTTPS, MQTT_WS, AMQP_WS -> "https";
                    case MQTT -> "mqtt";
                    case AMQP -> "amqp";
                });
    }

    private static SiteProxy settings(ConnectProxy proxy) throws IOException {
        Path file = Files.createTempFile(
                directory,
                "proxy",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return SiteProxy.parse(proxy.url(), Optional.of(Files.writeString(file, CREDENTIALS + "\n")));
    }

    private Attestation enroll(Proof proof, String name, TpmSecurityModule module) throws Exception {
        return switch (proof) {
            case TPM -> {
                EndorsementKey key = module.attestation().endorsementKey();
                var id = RegistrationId.of(name);
                cloud.operator()
                        .enrollments()
                        .create(NewEnrollment.tpm(id, key).withDeviceId(Optional.of(DeviceId.of(name))));
                yield new Attestation.Tpm(module, Optional.of(id));
            }
            case X509 -> {
                var holder = CA.device(name);
                String der =
                        Base64.getEncoder().encodeToString(holder.certificate().getEncoded());
                cloud.operator().enrollments().create(NewEnrollment.certificate(RegistrationId.of(name), der));
                var certificate = new ClientCertificate(holder.chain(), holder.key());
                yield new Attestation.X509(() -> certificate, Optional.empty());
            }
            case KEY -> new Attestation.SymmetricKey(RegistrationId.of(name), enrollKey(name)::hmacSha256);
        };
    }

    private Secret enrollKey(String name) throws Exception {
        Secret own = Secret.random(32, new SecureRandom());
        Secret spare = Secret.random(32, new SecureRandom());
        cloud.operator().enrollments().create(NewEnrollment.symmetricKey(RegistrationId.of(name), own, spare));
        return own;
    }

    private static void shakeHands(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                socket.getInputStream().read();
            } catch (IOException e) {
                // the client does not like our name
            }
        }
    }

    private static int closedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName(ADDRESS))) {
            return socket.getLocalPort();
        }
    }

    /** A state store without a disk. */
    private static final class Memory implements StateStore {
        private final Map<String, JsonObject> facts = new HashMap<>();

        @Override
        public Optional<JsonObject> read(String name) {
            return Optional.ofNullable(facts.get(name));
        }

        @Override
        public void write(String name, JsonObject fact) {
            facts.put(name, fact);
        }

        @Override
        public void remove(String name) {
            facts.remove(name);
        }
    }

    private static String name(String story, Proof proof, Transport transport) {
        return story + "-" + proof.name().toLowerCase(Locale.ROOT) + "-" + transport.text();
    }

    private SasToken token(RegistrationId id, Secret key) {
        return SasToken.sign(
                ResourceUri.registration(scope(), id),
                Instant.now().plusSeconds(600),
                Optional.of("registration"),
                key::hmacSha256);
    }

    private IdScope scope() {
        return IdScope.of(cloud.connection().idScope().orElseThrow());
    }
}
