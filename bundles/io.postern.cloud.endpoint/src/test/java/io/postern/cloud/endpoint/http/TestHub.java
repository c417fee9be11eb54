// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.CloseReason;
import io.postern.cloud.hub.DeviceConnection;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.cloud.hub.Telemetry;
import io.postern.cloud.routes.Routes;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.tokens.TokenService;
import io.postern.cloud.tokens.TokenServices;
import io.postern.cloud.tokens.TokenSettings;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A hub with its token service and their routes, without a listener; the clock stands still. */
final class TestHub implements AutoCloseable {
    static final CloudNames NAMES = TestListener.NAMES;

    /** A page that says for whom it is. */
    private static final Monitoring MONITORING =
            new Monitoring(of -> of.map(hub -> "of " + hub).orElse("of all"), Optional.empty());

    final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    final Hub hub;
    final TokenService tokens;
    final Route[] routes;

    private final SecureRandom random = new SecureRandom();
    final Database database;
    final Routes backEnds = new Routes();

    TestHub(Path directory) throws IOException {
        this(directory, HubSettings.of(NAMES.hub()));
    }

    TestHub(Path directory, HubSettings settings) throws IOException {
        database = Databases.open(directory.resolve("cloud.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, random);
        hub = Hub.open(settings, database, sealer, clock, random);
        tokens = TokenService.of(TokenSettings.DEFAULTS, hub, database, clock, System::nanoTime, random);
        var errors = new ErrorReplies(clock, random);
        routes = Stream.concat(
                        Stream.of(new TokenRoute(TokenServices.of(tokens), NAMES.tokenHost(), HubWays.USUAL, errors)),
                        HubRoutes.of(hub, backEnds, MONITORING, errors).stream())
                .toArray(Route[]::new);
    }

    /** What the first route that feels addressed answers; a complaint becomes 400 as in the listener. */
    Answer ask(Request request) {
        try {
            for (Route route : routes) {
                Optional<? extends Answer> answer = route.handle(request);
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
            return Reply.empty(404);
        } catch (IllegalArgumentException e) {
            return new ErrorReplies(clock, random).of(400_004, "ArgumentInvalid", String.valueOf(e.getMessage()));
        }
    }

    Reply reply(Request request) {
        return (Reply) ask(request);
    }

    Reply asOwner(String method, String path, String body, String... headers) {
        return reply(request(method, NAMES.hubHost(), path, body, policyToken(SharedAccessPolicies.OWNER), headers));
    }

    Request request(String method, String host, String path, String body, Optional<SasToken> token, String... headers) {
        return request(method, host, path, body, token, List.of(), headers);
    }

    Request request(
            String method,
            String host,
            String path,
            String body,
            Optional<SasToken> token,
            List<X509Certificate> shown,
            String... headers) {
        int mark = path.indexOf('?');
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i].toLowerCase(java.util.Locale.ROOT), headers[i + 1]);
        }
        token.ifPresent(t -> all.put("authorization", t.text().revealUtf8()));
        return new Request(
                "192.0.2.7:40000",
                method,
                host,
                RequestReader.segments(mark < 0 ? path : path.substring(0, mark)),
                RequestReader.query(mark < 0 ? "" : path.substring(mark + 1)),
                all,
                Bytes.utf8(body),
                shown,
                new Departure());
    }

    DeviceIdentity device(String name) {
        DeviceId id = DeviceId.of(name);
        hub.identities().create(IdentityDraft.of(id));
        return hub.identities().find(id).orElseThrow();
    }

    /** What a service component with this policy's key would send. */
    Optional<SasToken> policyToken(String policy) {
        Secret key = hub.policies().find(policy).orElseThrow().keys().primary();
        return Optional.of(SasToken.sign(ResourceUri.hub(hub.name()), soon(), Optional.of(policy), key::hmacSha256));
    }

    /** What a device with its own key would send. */
    Optional<SasToken> deviceToken(DeviceIdentity device) {
        return Optional.of(SasToken.sign(
                ResourceUri.device(hub.name(), device.deviceId()),
                soon(),
                Optional.empty(),
                device.keys().primary()::hmacSha256));
    }

    /** Telemetry arrives from {@code device}. */
    void receive(DeviceIdentity device, String bag, String body) throws Exception {
        var admitted = hub.gatekeeper().admitDevice(deviceToken(device).orElseThrow(), device.deviceId());
        var principal = ((AccessDecision.Allowed<Principal.Device>) admitted).principal();
        try (DeviceSession session =
                hub.connect(principal, Optional.empty(), new Deaf()).orElseThrow()) {
            session.accept(List.of(new Telemetry(PropertyBag.decode(bag), Bytes.utf8(body))));
        }
    }

    static JsonObject json(Reply reply) {
        return Json.parseObject(reply.body().toUtf8());
    }

    private Instant soon() {
        return clock.instant().plus(Duration.ofMinutes(10));
    }

    @Override
    public void close() {
        hub.close();
        database.close();
    }

    /** A connection of a device that wants to hear nothing. */
    private static final class Deaf implements DeviceConnection {
        @Override
        public void close(CloseReason reason) {
            // nothing is open
        }

        @Override
        public void desiredChanged(JsonObject patch, long version) {
            // not subscribed
        }
    }
}
