// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.endpoint.Canaries;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.testkit.CapturedLog;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bad input at every door over HTTPS: each gets its status and an error body that names what is wrong, leaves one log
 * line with keys, and neither repeats a secret.
 */
class BadHttpInputIT {
    private static final DeviceId GATEWAY = DeviceId.of("gw-1");
    private static final DeviceId OTHER = DeviceId.of("gw-2");
    private static final RegistrationId METER = RegistrationId.of("meter-1");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Canaries CANARIES = new Canaries();

    @TempDir
    static Path directory;

    private static CloudSite site;
    private static CloudSite.Client client;
    private static SymmetricKeys meterKeys;

    /** One endpoint, and what opens it. */
    private record Door(
            String method,
            String host,
            String path,
            String body,
            ResourceUri resource,
            ResourceUri foreign,
            Optional<String> policy,
            Secret key) {
        String good() {
            return signed(resource, key, Duration.ofMinutes(10));
        }

        String signed(ResourceUri named, Secret signer, Duration life) {
            return CANARIES.token(
                    SasToken.sign(named, Instant.now().plus(life), policy, CANARIES.key(signer)::hmacSha256));
        }

        Door at(String newMethod, String newPath, String newBody) {
            return new Door(newMethod, host, newPath, newBody, resource, foreign, policy, key);
        }
    }

    /** @param logged what the log line says beside what every one says */
    private record Bad(String what, Door door, String authorization, int code, String told, String logged) {
        @Override
        public String toString() {
            return door.host() + ": " + what;
        }
    }

    @BeforeAll
    static void open() throws Exception {
        site = new CloudSite(directory);
        site.start(0, 0);
        client = site.client();
        meterKeys = SymmetricKeys.random(32, RANDOM);
        site.provisioning()
                .defaultTenant()
                .enrollments()
                .create(IndividualEnrollment.of(METER, new AttestationMechanism.SymmetricKey(meterKeys)));
        for (String device : List.of("gw-1", "gw-2", "leaf-1")) {
            site.hub().identities().create(IdentityDraft.of(DeviceId.of(device)));
        }
        site.tokens().desk().assign(DeviceId.of("leaf-1"), GATEWAY, false, "op");
    }

    @AfterAll
    static void close() {
        client.close();
        site.close();
    }

    static Stream<Bad> badTokens() {
        Door device = deviceDoor();
        Door enrollments = enrollmentDoor();
        Door registry = registryDoor();
        Door tokens = tokenDoor();
        String proof = "signed with its own key";
        return Stream.of(
                        badTokens(device, 401_002, "not signed with a key", 401_002, "another resource", 401_002),
                        badTokens(enrollments, 401_002, "not signed with a key", 401_002, "another service", 401_002),
                        badTokens(registry, 401_003, "key of a shared access policy", 401_002, "not cover", 401_003),
                        badTokens(tokens, 401_002, proof, 401_002, proof, 401_003))
                .flatMap(each -> each);
    }

    private static Stream<Bad> badTokens(
            Door door, int forgedCode, String forged, int foreignCode, String foreign, int missingCode) {
        Duration life = Duration.ofMinutes(10);
        String good = door.good();
        int expiredCode = door.host().equals(CloudSite.NAMES.tokenHost()) ? 401_004 : 401_002;
        return Stream.of(
                new Bad(
                        "a wrong signature",
                        door,
                        door.signed(door.resource(), Secret.random(32, RANDOM), life),
                        forgedCode,
                        forged,
                        "signed"),
                new Bad(
                        "an expired token",
                        door,
                        door.signed(door.resource(), door.key(), Duration.ofMinutes(-1)),
                        expiredCode,
                        "expired",
                        "expired"),
                new Bad(
                        "a token of another",
                        door,
                        door.signed(door.foreign(), door.key(), life),
                        foreignCode,
                        foreign,
                        ""),
                new Bad("no token", door, "", missingCode, "Authorization header", ""),
                new Bad("a token without se", door, good.replace("&se=", "&xx="), 401_003, "needs the field se", ""),
                new Bad("another scheme", door, good.replace("SharedAccessSignature", "Bearer"), 401_003, "starts", ""),
                new Bad("an endless token", door, good + "&" + "x".repeat(5000) + "=1", 401_003, "at most 4096", ""));
    }

    static Stream<Bad> badNamesAndBodies() {
        Door device = deviceDoor();
        Door enrollments = enrollmentDoor();
        Door registry = registryDoor();
        Door tokens = tokenDoor();
        Door leaves = leavesDoor();
        // a key in what cannot be read must not come back in the complaint
        String cut = "{\"authentication\":{\"symmetricKey\":{\"primaryKey\":\""
                + CANARIES.key(Secret.random(32, RANDOM)).revealBase64();
        String large = "{\"x\":\"" + "x".repeat(96 * 1024) + "\"}";
        String huge = "x".repeat((1 << 20) + 1);
        String nobody = device.path().replaceFirst("/[^/]+/", "/0ne000NOBODY/");
        String stranger = device.path().replace("meter-1", "meter-9");
        return Stream.of(
                bad("an unknown id scope", device.at("PUT", nobody, device.body()), 404_001, "0ne000NOBODY"),
                bad("an unknown registration", device.at("PUT", stranger, id("meter-9")), 404_002, "meter-9"),
                bad("another registration", device.at("PUT", device.path(), id("meter-9")), 400_004, "the same"),
                bad("malformed JSON", device.at("PUT", device.path(), cut), 400_004, "not JSON at line 1"),
                bad("a large body", device.at("PUT", device.path(), large), 413_001, "at most 98304 bytes"),
                bad("a huge body", device.at("PUT", device.path(), huge), 413_001, "at most 1048576 bytes"),
                bad("the wrong method", device.at("DELETE", device.path(), ""), 405_000, "DELETE does not apply"),
                bad("an unknown enrollment", enrollments.at("GET", "/enrollments/x-9", ""), 404_002, "x-9"),
                bad("malformed JSON", enrollments.at("PUT", "/enrollments/x-9", cut), 400_004, "not JSON at line 1"),
                bad("a large body", enrollments.at("PUT", "/enrollments/x-9", large), 413_001, "at most 98304 bytes"),
                bad("an unknown device", registry.at("GET", "/devices/x-9", ""), 404_001, "x-9"),
                bad("an impossible device", registry.at("GET", "/devices/x%209", ""), 400_004, "a device id is"),
                bad("malformed JSON", registry.at("PUT", "/devices/x-9", cut), 400_004, "not JSON at line 1"),
                bad("a huge body", registry.at("PUT", "/devices/x-9", huge), 413_001, "at most 1048576 bytes"),
                bad("an unknown twin", registry.at("GET", "/twins/x-9", ""), 404_001, "x-9"),
                bad(
                        "no number of an event",
                        registry.at("GET", "/events?from=now", ""),
                        400_004,
                        "from is a whole number"),
                bad("an unknown path", registry.at("GET", "/nowhere", ""), 404_000, "/nowhere"),
                bad("an unknown leaf", tokens.at("POST", "/leaves/leaf-9/token", ""), 404_001, "leaf-9"),
                bad("another's leaf", tokens.at("POST", "/leaves/gw-2/token", ""), 403_002, "not assigned"),
                bad("malformed JSON", leaves.at("PUT", "/leaves/leaf-1", cut), 400_004, "not JSON at line 1"),
                bad("a huge body", leaves.at("PUT", "/leaves/leaf-1", huge), 413_001, "at most 1048576 bytes"),
                bad("no list of leaves", leaves.at("DELETE", "/leaves", ""), 405_000, "DELETE does not apply"));
    }

    @ParameterizedTest
    @MethodSource({"badTokens", "badNamesAndBodies"})
    void isToldWhatIsWrongAndLeavesOneLine(Bad bad) throws Exception {
        try (CapturedLog log = CapturedLog.start()) {
            HttpResponse<String> answer = client.send(
                    bad.door().method(),
                    bad.door().host(),
                    bad.door().path(),
                    bad.door().body(),
                    "Authorization",
                    bad.authorization());

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(bad.code() / 1000);
            JsonObject error = Json.parseObject(answer.body());
            assertThat(error.getInt("errorCode")).as(answer.body()).isEqualTo(bad.code());
            assertThat(error.getString("message")).contains(bad.told());
            String line = log.await("trackingId=" + error.getString("trackingId"), "refused: ");
            assertThat(line)
                    .startsWith("WARNING")
                    .contains("method=" + bad.door().method())
                    .contains("resource=" + bad.door().host() + "/")
                    .contains("status=" + answer.statusCode())
                    .containsPattern("remote=127\\.[0-9.]+:[0-9]+")
                    .contains(bad.logged());
            CANARIES.assertNoneIn(log.text());
            CANARIES.assertNoneIn(answer.body());
        }
    }

    private static Bad bad(String what, Door door, int code, String told) {
        return new Bad(what, door, door.good(), code, told, told);
    }

    private static String id(String registration) {
        return "{\"registrationId\":\"" + registration + "\"}";
    }

    private static Door deviceDoor() {
        var scope = site.provisioning().defaultTenant().idScope();
        return new Door(
                "PUT",
                CloudSite.NAMES.provisioningHost(),
                "/" + scope + "/registrations/meter-1/register",
                id("meter-1"),
                ResourceUri.registration(scope, METER),
                ResourceUri.registration(scope, RegistrationId.of("meter-2")),
                Optional.of("registration"),
                meterKeys.primary());
    }

    private static Door enrollmentDoor() {
        var owner = site.provisioning().defaultTenant().policies().owner();
        return new Door(
                "GET",
                CloudSite.NAMES.serviceHost(),
                "/enrollments/meter-1",
                "",
                ResourceUri.of(CloudSite.NAMES.serviceHost()),
                ResourceUri.of("service.elsewhere.test"),
                Optional.of(owner.name()),
                owner.keys().primary());
    }

    private static Door registryDoor() {
        String owner = SharedAccessPolicies.OWNER;
        return new Door(
                "GET",
                CloudSite.NAMES.hubHost(),
                "/devices/gw-1",
                "",
                ResourceUri.hub(CloudSite.NAMES.hub()),
                ResourceUri.device(CloudSite.NAMES.hub(), GATEWAY),
                Optional.of(owner),
                site.hub().policies().find(owner).orElseThrow().keys().primary());
    }

    /** The gateway's side of the token service. */
    private static Door tokenDoor() {
        return new Door(
                "POST",
                CloudSite.NAMES.tokenHost(),
                "/leaves/leaf-1/token",
                "",
                ResourceUri.device(CloudSite.NAMES.hub(), GATEWAY),
                ResourceUri.device(CloudSite.NAMES.hub(), OTHER),
                Optional.empty(),
                site.hub().identities().find(GATEWAY).orElseThrow().keys().primary());
    }

    /** The operator's side of the token service. */
    private static Door leavesDoor() {
        Door registry = registryDoor();
        return new Door(
                "GET",
                CloudSite.NAMES.tokenHost(),
                "/leaves",
                "",
                registry.resource(),
                registry.foreign(),
                registry.policy(),
                registry.key());
    }
}
