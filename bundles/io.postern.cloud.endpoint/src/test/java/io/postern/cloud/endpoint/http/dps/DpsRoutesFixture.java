// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.DpsSettings;
import io.postern.cloud.dps.InProcessHub;
import io.postern.cloud.dps.PolicyReply;
import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.ServicePolicy;
import io.postern.cloud.dps.TenantName;
import io.postern.cloud.dps.TenantReply;
import io.postern.cloud.endpoint.http.Departure;
import io.postern.cloud.endpoint.http.ErrorReplies;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.users.UserDirectory;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Both routes of a provisioning service on a fresh database, to be asked without a listener. */
final class DpsRoutesFixture implements AutoCloseable {
    static final String SERVICE = "service.lab.test";
    static final RegistrationId METER = RegistrationId.of("meter-1");

    final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    final ProvisioningService provisioning;
    final ProvisioningTenant dps;

    private final Database database;
    private final Hub hub;
    private final List<Route> routes;

    DpsRoutesFixture(Path directory) throws IOException {
        var random = new SecureRandom();
        database = Databases.open(directory.resolve("cloud.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, random);
        hub = Hub.open(HubSettings.of(HubName.of("hub.lab.test")), database, sealer, clock, random);
        provisioning = new ProvisioningService(
                DpsSettings.of(SERVICE, "provisioning.lab.test"),
                database,
                sealer,
                new InProcessHub(hub),
                clock,
                this::nanoTime,
                random);
        dps = provisioning.defaultTenant();
        var errors = new ErrorReplies(clock, random);
        routes = List.of(
                new DpsDeviceRoute(provisioning.desk(), errors),
                new TrustBundleRoute(provisioning.tenants(), errors),
                new DpsServiceRoute(provisioning, errors),
                new UserRoute(users(random), dps, errors));
    }

    private UserDirectory users(SecureRandom random) {
        return UserDirectory.open(database, Hubs.of(hub), dps, Duration.ofHours(8), clock, this::nanoTime, random);
    }

    private long nanoTime() {
        return Duration.between(Instant.EPOCH, clock.instant()).toNanos();
    }

    String scope() {
        return dps.idScope().text();
    }

    /** Another tenant beside the default one. */
    ProvisioningTenant tenant(String name) {
        if (provisioning.tenants().create(new TenantName(name)) instanceof TenantReply.Created(var tenant)) {
            return tenant;
        }
        throw new AssertionError("there already: " + name);
    }

    ServicePolicy policy(String name, Set<ServicePermission> permissions) {
        if (dps.policies().create(name, permissions) instanceof PolicyReply.Stored(ServicePolicy policy)) {
            return policy;
        }
        throw new AssertionError("there already: " + name);
    }

    String registerPath() {
        return "/" + scope() + "/registrations/meter-1/register";
    }

    /** An Authorization header for the registration of the meter, good for an hour. */
    String registrationToken(Secret key) {
        return sign(ResourceUri.registration(dps.idScope(), METER), Optional.of("registration"), key);
    }

    String serviceToken(ServicePolicy policy) {
        return serviceToken(SERVICE, policy);
    }

    String serviceToken(String host, ServicePolicy policy) {
        return sign(
                ResourceUri.of(host), Optional.of(policy.name()), policy.keys().primary());
    }

    /** Asks as the owner of the service; {@code headers} are names and values in turn. */
    Reply operator(String method, String path, String body, String... headers) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        all.put("authorization", serviceToken(dps.policies().owner()));
        return ask(method, path, body, all);
    }

    Reply ask(String method, String path, String body, Map<String, String> headers) {
        return answer(method, path, body, headers).orElseThrow();
    }

    Optional<Reply> answer(String method, String path, String body, Map<String, String> headers) {
        return answer(SERVICE, method, path, body, headers);
    }

    Optional<Reply> answer(String host, String method, String path, String body, Map<String, String> headers) {
        List<String> segments =
                Arrays.stream(path.split("/")).filter(s -> !s.isEmpty()).toList();
        var request = new Request(
                "192.0.2.7:40000",
                method,
                host,
                segments,
                Map.of(),
                headers,
                Bytes.utf8(body),
                List.of(),
                new Departure());
        return routes.stream()
                .flatMap(route -> route.handle(request).stream())
                .map(Reply.class::cast)
                .findFirst();
    }

    @Override
    public void close() {
        hub.close();
        database.close();
    }

    static Reply expect(int status, Reply reply) {
        assertThat(reply.status()).as(reply.body().toUtf8()).isEqualTo(status);
        return reply;
    }

    static JsonObject json(Reply reply) {
        return Json.parseObject(reply.body().toUtf8());
    }

    /** Both shapes of the error body, and the tracking id in body and header. */
    static void assertError(Reply reply, int status, String text) {
        expect(status, reply);
        JsonObject body = json(reply);
        assertThat(body.getInt("errorCode") / 1000).isEqualTo(status);
        assertThat(body.getString("message")).contains(text);
        assertThat(body.getString("Message")).startsWith("ErrorCode:").endsWith(body.getString("message"));
        assertThat(body.getString("trackingId"))
                .isNotBlank()
                .isEqualTo(reply.headers().getOrDefault("x-ms-request-id", "none"));
    }

    private String sign(ResourceUri resource, Optional<String> policy, Secret key) {
        return SasToken.sign(resource, clock.instant().plus(Duration.ofHours(1)), policy, key::hmacSha256)
                .text()
                .revealUtf8();
    }
}
