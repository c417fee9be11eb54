// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.CloseReason;
import io.postern.cloud.hub.DeviceConnection;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.RegistryReply;
import io.postern.cloud.hub.Telemetry;
import io.postern.cloud.hub.query.Condition;
import io.postern.cloud.hub.query.Dialect;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.Await;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** A hub with one device that speaks, and routes from it. */
final class RoutedHub implements AutoCloseable {
    static final HubName NAME = HubName.of("hub.lab.test");
    private static final RouteName ROUTE = new RouteName("to-test");
    static final Duration SOON = Duration.ofSeconds(10);

    final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    volatile boolean timePasses = true;
    private final Path directory;
    private final Database database;
    private final Hub hub;
    private final DeviceSession session;

    RoutedHub(Path directory, long retained) throws IOException {
        this.directory = directory;
        var random = new SecureRandom();
        database = Database.open(directory.resolve("cloud.db"));
        HubSettings usual = HubSettings.of(NAME);
        hub = Hub.open(
                new HubSettings(NAME, usual.quarantine(), retained, usual.partitions(), usual.commands()),
                database,
                KeySealer.open(directory.resolve("master.key"), database, random),
                clock,
                random);
        session = hub.connect(meter(), Optional.empty(), new Silent()).orElseThrow();
    }

    private Principal.Device meter() {
        DeviceId id = DeviceId.of("meter-1");
        DeviceIdentity made =
                hub.identities().create(IdentityDraft.of(id)) instanceof RegistryReply.Created(DeviceIdentity fresh)
                        ? fresh
                        : hub.identities().find(id).orElseThrow();
        SasToken token = SasToken.sign(
                ResourceUri.device(NAME, id),
                clock.instant().plus(Duration.ofDays(9)),
                Optional.empty(),
                made.keys().primary()::hmacSha256);
        if (hub.gatekeeper().admitDevice(token, id) instanceof AccessDecision.Allowed(Principal.Device principal)) {
            return principal;
        }
        throw new AssertionError("not admitted");
    }

    /** Sends JSON with application properties, name and value in turn. */
    void send(String json, String... properties) throws Exception {
        var bag = new LinkedHashMap<String, String>(Map.of("$.ct", "application/json", "$.ce", "utf-8"));
        for (int i = 0; i < properties.length; i += 2) {
            bag.put(properties[i], properties[i + 1]);
        }
        send(new PropertyBag(bag), Bytes.utf8(json));
    }

    void send(PropertyBag bag, Bytes body) throws Exception {
        session.accept(List.of(new Telemetry(bag, body)));
    }

    /** A route that waits only in name: each pause moves the clock instead. */
    MessageRoute route(RouteTarget target, String condition, boolean fromOldest) throws IOException {
        return route(target, condition, fromOldest, 10, DeadLetters.LARGEST);
    }

    /** Takes all from the beginning. */
    MessageRoute route(String name, RouteTarget target) throws IOException {
        return route(new RouteName(name), target, "true", true, 10, DeadLetters.LARGEST);
    }

    MessageRoute route(RouteTarget target, String condition, boolean fromOldest, int batch, long mostDead)
            throws IOException {
        return route(ROUTE, target, condition, fromOldest, batch, mostDead);
    }

    private MessageRoute route(
            RouteName name, RouteTarget target, String condition, boolean fromOldest, int batch, long mostDead)
            throws IOException {
        var settings = new RouteSettings(
                name,
                condition,
                Condition.parse(condition, Dialect.MESSAGES),
                fromOldest,
                "test",
                batch,
                Duration.ofMinutes(10),
                deadLetters());
        return new MessageRoute(new MessageRoute.Parts(
                settings,
                hub,
                target,
                new Checkpoints(database),
                new DeadLetters(deadLetters(), settings.name(), mostDead),
                this::pause,
                clock,
                () -> Duration.between(Instant.EPOCH, clock.instant()).toNanos(),
                new Random(1)));
    }

    /** As if the hub's events had been lost, and its routes' checkpoints had not. */
    void comeTo(long sequence) {
        new Checkpoints(database).set(NAME, ROUTE, sequence);
    }

    long last() {
        return hub.events().last();
    }

    /** As long as a pause takes no time at all, or none passes however many there are. */
    private void pause(Duration time) throws InterruptedException {
        if (timePasses) {
            clock.advance(time);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        LockSupport.parkNanos(1_000_000);
    }

    Path deadLetters() {
        return directory.resolve("dead");
    }

    static RouteState await(MessageRoute route, String what, Predicate<RouteState> enough) {
        return Await.value(SOON, what, route::state, enough);
    }

    static JsonObject body(RoutedMessage message) {
        return message.json().getJsonObject("Body");
    }

    @Override
    public void close() {
        hub.close();
        database.close();
    }

    private static final class Silent implements DeviceConnection {
        @Override
        public void close(CloseReason reason) {}

        @Override
        public void desiredChanged(JsonObject patch, long version) {}
    }
}
