// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.endpoint.EventLoops;
import io.postern.cloud.endpoint.amqp.AmqpListener;
import io.postern.cloud.endpoint.amqp.service.ServiceLinks;
import io.postern.cloud.endpoint.http.HttpsListener;
import io.postern.cloud.endpoint.tls.PrivateCa;
import io.postern.cloud.endpoint.tls.ServerTls;
import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.RegistryReply;
import io.postern.cloud.store.Database;
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

/** A hub behind real listeners for AMQP, bare and in WebSockets, on a loopback address. */
final class HubAmqpSite implements AutoCloseable {
    static final CloudNames NAMES = new CloudNames("hubamqp.test");

    private static final String ADDRESS = LoopbackAddress.random(); // one a JVM, which remembers where it found a name

    final Hub hub;
    final int port;
    final PrivateCa ca;
    private final InstantSource clock;
    private final Vertx vertx = EventLoops.start();
    private final Database database;
    private final AmqpListener listener;
    private final HttpsListener https;

    /** @param port 0 for any; {@code httpsPort} as well */
    HubAmqpSite(Path directory, InstantSource clock, int port, int httpsPort, int devices)
            throws IOException, GeneralSecurityException {
        this.clock = clock;
        Hosts.write(ADDRESS, NAMES.all().toArray(String[]::new));
        ca = PrivateCa.open(
                directory, NAMES, InetAddress.getByName(ADDRESS), InstantSource.system(), new SecureRandom());
        database = Database.open(directory.resolve("cloud.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, new SecureRandom());
        hub = Hub.open(HubSettings.of(NAMES.hub()), database, sealer, clock, new SecureRandom());
        listener = new AmqpListener(
                vertx,
                new ServerTls(ca)
                        .applyTo(new NetServerOptions().setHost(ADDRESS).setPort(port)),
                List.of(new HubAmqpService(
                        Hubs.of(hub), List.of(ServiceLinks::new), devices, clock, new SecureRandom())));
        this.port = listener.start();
        https = HttpsListener.open(
                vertx,
                new ServerTls(ca)
                        .applyTo(new HttpServerOptions().setHost(ADDRESS).setPort(httpsPort)),
                List.of(),
                Map.of("AMQPWSB10", listener::serve),
                clock,
                new SecureRandom());
    }

    static String host() {
        return NAMES.hubHost();
    }

    DeviceIdentity device(String name) {
        return created(IdentityDraft.of(DeviceId.of(name)));
    }

    DeviceIdentity device(String name, DeviceAuthentication authentication) {
        return created(IdentityDraft.of(DeviceId.of(name)).with(authentication));
    }

    private DeviceIdentity created(IdentityDraft draft) {
        return switch (hub.identities().create(draft)) {
            case RegistryReply.Created(DeviceIdentity identity) -> identity;
            case RegistryReply.Creation refused -> throw new AssertionError(refused);
        };
    }

    /** A token for the device with its own key. */
    String token(DeviceIdentity device, Duration life) {
        return token(
                ResourceUri.device(NAMES.hub(), device.deviceId()),
                Optional.empty(),
                device.keys().primary(),
                life);
    }

    String policyToken(String policy, ResourceUri resource) {
        Secret key = hub.policies().find(policy).orElseThrow().keys().primary();
        return token(resource, Optional.of(policy), key, Duration.ofHours(1));
    }

    String token(ResourceUri resource, Optional<String> policy, Secret key, Duration life) {
        Instant expiry = clock.instant().plus(life);
        return SasToken.sign(resource, expiry, policy, key::hmacSha256).text().revealUtf8();
    }

    /** The first {@code count} events, once they are there. */
    List<HubEvent> events(int count) {
        return Await.value(
                Duration.ofSeconds(20),
                count + " accepted events",
                () -> hub.events().read(1, 10_000),
                events -> events.size() >= count);
    }

    SSLContext tls(Optional<LabCa.Holder> shown) throws IOException, GeneralSecurityException {
        return ClientTls.context(ca.authority(), shown);
    }

    /** The hub goes on. */
    void stopListening() {
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
