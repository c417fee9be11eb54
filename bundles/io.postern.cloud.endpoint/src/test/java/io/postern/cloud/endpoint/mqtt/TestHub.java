// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.dps.DpsSettings;
import io.postern.cloud.dps.InProcessHub;
import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.endpoint.DoorwayLimits;
import io.postern.cloud.endpoint.EventLoops;
import io.postern.cloud.endpoint.http.HttpsListener;
import io.postern.cloud.endpoint.tls.PrivateCa;
import io.postern.cloud.endpoint.tls.ServerTls;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.RegistryReply;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Hosts;
import io.postern.testkit.LabCa;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.DeviceId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** A hub and a provisioning service behind real listeners for MQTT, bare and in WebSockets, on a loopback address. */
final class TestHub implements AutoCloseable {
    /** How long a client of these tests may leave unread what fills its connection. */
    static final Duration READING = Duration.ofSeconds(1);

    static final CloudNames NAMES = new CloudNames("mqtt.test");
    static final String ADDRESS = LoopbackAddress.random(); // one a JVM, which remembers where it found a name

    final Hub hub;
    final ProvisioningService provisioning;
    final ProvisioningTenant dps;
    final int port;
    final PrivateCa ca;
    private final InstantSource clock;
    private final Vertx vertx;
    private final Database database;
    private final MqttListener listener;
    private final HttpsListener https;

    /** @param port 0 for any */
    TestHub(Path directory, InstantSource clock, int port, Duration connectLimit)
            throws IOException, GeneralSecurityException {
        this(directory, clock, port, 0, connectLimit, DoorwayLimits.USUAL);
    }

    /** @param doorway for newcomers of each listener */
    TestHub(Path directory, InstantSource clock, int port, int httpsPort, Duration connectLimit, DoorwayLimits doorway)
            throws IOException, GeneralSecurityException {
        this.clock = clock;
        vertx = EventLoops.start(doorway);
        Hosts.write(ADDRESS, NAMES.all().toArray(String[]::new));
        ca = PrivateCa.open(
                directory, NAMES, InetAddress.getByName(ADDRESS), InstantSource.system(), new SecureRandom());
        database = Databases.open(directory.resolve("cloud.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, new SecureRandom());
        hub = Hub.open(HubSettings.of(NAMES.hub()), database, sealer, clock, new SecureRandom());
        var options = new ServerTls(ca)
                .applyTo(new NetServerOptions().setHost(ADDRESS).setPort(port));
        provisioning = new ProvisioningService(
                DpsSettings.of(NAMES.serviceHost(), NAMES.provisioningHost()),
                database,
                sealer,
                new InProcessHub(hub),
                clock,
                System::nanoTime,
                new SecureRandom());
        dps = provisioning.defaultTenant();
        listener = new MqttListener(
                vertx,
                options,
                Hubs.of(hub),
                provisioning.desk(),
                clock,
                new MqttPatience(connectLimit, READING, Duration.ZERO));
        this.port = listener.start();
        https = HttpsListener.open(
                vertx,
                new ServerTls(ca)
                        .applyTo(new HttpServerOptions().setHost(ADDRESS).setPort(httpsPort)),
                List.of(),
                Map.of("mqtt", listener::accept),
                clock,
                new SecureRandom());
    }

    DeviceIdentity device(String name) {
        return switch (hub.identities().create(IdentityDraft.of(DeviceId.of(name)))) {
            case RegistryReply.Created(DeviceIdentity identity) -> identity;
            case RegistryReply.Creation refused -> throw new AssertionError(refused);
        };
    }

    String uri() {
        return "ssl://" + NAMES.hubHost() + ":" + port;
    }

    String userName(String device) {
        return NAMES.hubHost() + "/" + device + "/?api-version=2021-04-12";
    }

    String token(DeviceIdentity device) {
        ResourceUri own = ResourceUri.device(NAMES.hub(), device.deviceId());
        return token(own, Optional.empty(), device.keys().primary(), inAnHour());
    }

    String policyToken(String policy, ResourceUri resource) {
        Secret key = hub.policies().find(policy).orElseThrow().keys().primary();
        return token(resource, Optional.of(policy), key, inAnHour());
    }

    static String token(ResourceUri resource, Optional<String> policy, Secret key, Instant expiry) {
        return SasToken.sign(resource, expiry, policy, key::hmacSha256).text().revealUtf8();
    }

    Instant inAnHour() {
        return clock.instant().plus(Duration.ofHours(1));
    }

    /** Paho, connected with a token. */
    MqttClient paho(String clientId, String userName, String token) throws Exception {
        return paho(clientId, userName, Optional.of(token), tls());
    }

    /** Paho, connected with a client certificate and no password. */
    MqttClient paho(String device, LabCa.Holder shown) throws Exception {
        return paho(device, userName(device), Optional.empty(), tls(Optional.of(shown)));
    }

    MqttClient paho(String clientId, String userName, Optional<String> token, SSLContext tls) throws Exception {
        var options = new MqttConnectOptions();
        options.setUserName(userName);
        token.ifPresent(text -> options.setPassword(text.toCharArray()));
        options.setSocketFactory(tls.getSocketFactory());
        options.setCleanSession(false);
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setConnectionTimeout(20);
        var client = new MqttClient(uri(), clientId, new MemoryPersistence());
        client.setTimeToWait(20_000);
        client.connect(options);
        return client;
    }

    /** The first {@code count} events, once they are there. */
    List<HubEvent> events(int count) {
        return Await.value(
                Duration.ofSeconds(20),
                count + " accepted events",
                () -> hub.events().read(1, 1000),
                events -> events.size() >= count);
    }

    SSLContext tls() throws IOException, GeneralSecurityException {
        return tls(Optional.empty());
    }

    /** Trusts this cloud, and shows a client certificate when there is one. */
    SSLContext tls(Optional<LabCa.Holder> shown) throws IOException, GeneralSecurityException {
        return ClientTls.context(ca.authority(), shown);
    }

    int httpsPort() {
        return https.port();
    }

    void closeListener() {
        https.close();
        listener.close();
    }

    @Override
    public void close() {
        https.close();
        listener.close();
        hub.close();
        database.close();
        EventLoops.close(vertx);
    }
}
