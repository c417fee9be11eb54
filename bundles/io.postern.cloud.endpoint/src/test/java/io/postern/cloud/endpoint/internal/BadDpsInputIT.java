// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.EnrollmentGroup;
import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.Rate;
import io.postern.cloud.dps.TenantName;
import io.postern.cloud.dps.TenantReply;
import io.postern.cloud.endpoint.Canaries;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.testkit.CapturedLog;
import io.postern.testkit.LabCa;
import io.postern.testkit.TpmVectors;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.tpm.EndorsementKey;
import io.postern.wire.tpm.Tpm2b;
import jakarta.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a provisioning service must refuse, over HTTPS: each with its status, an error body that both families of
 * official clients read, and a tracking id that leads to one line of the log, without a secret.
 */
@Timeout(60)
class BadDpsInputIT {
    private static final int PATIENCE = 60; // what the tenant may have at once, more than this table asks
    private static final Bytes EK = Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex"));
    private static final Bytes SRK = Bytes.hex(TpmVectors.text("srk_tpm2b_public_hex"));
    private static final Instant NOW = Instant.now();
    private static final LabCa ROOT = LabCa.root("Root", NOW);
    private static final LabCa LINE = ROOT.intermediate("Line 1", 0);
    private static final Canaries CANARIES = new Canaries();
    private static final AtomicLong NANOS = new AtomicLong();
    private static final RememberedChance CHANCE = new RememberedChance();
    private static final SymmetricKeys KEYS = SymmetricKeys.random(32, new SecureRandom());

    @TempDir
    static Path directory;

    private static CloudSite site;
    private static ProvisioningTenant tenant;
    private static ProvisioningTenant other;
    private static CloudSite.Client plain;

    /** Chance that remembers what it gave, so that a test knows the key in a challenge without a TPM. */
    private static final class RememberedChance extends SecureRandom {
        private static final long serialVersionUID = 1;
        private static final List<Bytes> GIVEN = new ArrayList<>();

        @Override
        public void nextBytes(byte[] octets) {
            super.nextBytes(octets);
            GIVEN.add(Bytes.of(octets));
        }
    }

    /** One request, and who makes it. */
    private record Asked(
            String method, String host, String path, String body, String token, Optional<LabCa.Holder> shown) {
        Asked showing(LabCa.Holder holder) {
            return new Asked(method, host, path, body, token, Optional.of(holder));
        }

        Asked at(String newPath) {
            return new Asked(method, host, newPath, body, token, shown);
        }
    }

    /** Makes the request, after whatever must have happened before. */
    private interface Scene {
        Asked play() throws Exception;
    }

    private record Bad(String what, Scene scene, int code, String name, String told) {
        @Override
        public String toString() {
            return what;
        }
    }

    @BeforeAll
    static void open() throws Exception {
        var rate = new Rate(1, PATIENCE);
        site = new CloudSite(
                directory, new CloudSite.Chances(settings -> settings.limited(rate, rate), NANOS::get, CHANCE));
        site.start(0, 0);
        plain = site.client();
        tenant = site.provisioning().defaultTenant();
        if (!(site.provisioning().tenants().create(new TenantName("other"))
                instanceof TenantReply.Created(ProvisioningTenant made))) {
            throw new AssertionError("no other tenant");
        }
        other = made;
        enroll(tenant, "gw-1", new AttestationMechanism.Tpm(EndorsementKey.decode(EK), Optional.empty()));
        enroll(tenant, "gw-2", new AttestationMechanism.Tpm(EndorsementKey.decode(EK), Optional.empty()));
        enroll(tenant, "key-1", new AttestationMechanism.SymmetricKey(KEYS));
        enroll(other, "theirs-1", new AttestationMechanism.SymmetricKey(KEYS));
        CANARIES.key(KEYS.primary());
        CANARIES.key(KEYS.secondary());
        verify("root", ROOT);
        group("all", ROOT);
        group("line-1", LINE);
    }

    @AfterAll
    static void close() {
        plain.close();
        site.close();
    }

    static Stream<Bad> challenges() {
        return Stream.of(
                new Bad(
                        "a replayed challenge",
                        () -> {
                            Asked answer = answered("gw-1", challenge("gw-1"));
                            assertThat(send(answer).statusCode())
                                    .as("the first time")
                                    .isEqualTo(202);
                            return answer;
                        },
                        401_002,
                        "Unauthorized",
                        "no challenge is open for gw-1"),
                new Bad(
                        "an expired challenge",
                        () -> {
                            Secret nonceKey = challenge("gw-1");
                            NANOS.addAndGet(Duration.ofMinutes(5).toNanos());
                            return answered("gw-1", nonceKey);
                        },
                        401_002,
                        "Unauthorized",
                        "it is older than 5 minutes"),
                new Bad(
                        "a foreign challenge",
                        () -> {
                            Secret nonceKey = challenge("gw-1");
                            send(register("gw-2", tpm("gw-2", EK, SRK), "")); // has one of its own
                            return answered("gw-2", nonceKey);
                        },
                        401_002,
                        "Unauthorized",
                        "not signed with a key this service knows"),
                new Bad(
                        "a wrong nonce signature",
                        () -> {
                            challenge("gw-1");
                            return answered("gw-1", Secret.random(32, new SecureRandom()));
                        },
                        401_002,
                        "Unauthorized",
                        "not signed with a key this service knows"),
                new Bad(
                        "an answer for another registration",
                        () -> {
                            Secret nonceKey = challenge("gw-1");
                            return register("gw-1", tpm("gw-1", EK, SRK), token(tenant.idScope(), "gw-2", nonceKey));
                        },
                        401_002,
                        "Unauthorized",
                        "speaks for another resource"));
    }

    static Stream<Bad> tpmKeys() {
        Bytes anotherKey = flipped(EK, 200);
        return Stream.of(
                tpm("an endorsement key of another TPM", anotherKey, SRK, 403_002, "is not the one enrolled"),
                tpm("an endorsement key for elliptic curves", patched(EK, 2, "0023"), SRK, 400_004, "type is 0x23"),
                tpm("an endorsement key of 1024 bits", patched(EK, 52, "0400"), SRK, 400_004, "key bits is 0x400"),
                tpm("an endorsement key with SHA-1", patched(EK, 4, "0004"), SRK, 400_004, "nameAlg is 0x4"),
                tpm("an endorsement key that signs", patched(EK, 6, "000500b2"), SRK, 400_004, "not a storage key"),
                tpm("a storage root key for elliptic curves", EK, patched(SRK, 2, "0023"), 400_004, "type is 0x23"),
                tpm("a storage root key of 1024 bits", EK, patched(SRK, 20, "0400"), 400_004, "key bits is 0x400"),
                tpm("a modulus of 1024 bits", EK, shortModulus(), 400_004, "modulus is not an odd number of 2048 bits"),
                tpm("a structure cut short", EK.slice(0, 100), SRK, 400_004, "TPM structure ends inside"),
                tpm("octets behind the structure", Bytes.concat(EK, Bytes.hex("00")), SRK, 400_004, "TPM2B_PUBLIC"),
                tpm("no structure at all", Bytes.EMPTY, SRK, 400_004, "TPM structure ends inside"),
                new Bad(
                        "a TPM key that is no base64",
                        () -> register(
                                "gw-1",
                                "{\"registrationId\":\"gw-1\",\"tpm\":{\"endorsementKey\":\"?\",\"storageRootKey\":\"?\"}}",
                                ""),
                        400_004,
                        "ArgumentInvalid",
                        "tpm.endorsementKey is not base64"));
    }

    static Stream<Bad> certificates() {
        Instant later = NOW.plus(Duration.ofDays(2));
        Instant earlier = NOW.minus(Duration.ofDays(2));
        LabCa.Holder forged = LabCa.root("Line 1", NOW).device("m-1");
        return Stream.of(
                certificate(
                        "expired", LINE.device("m-1", earlier.minusSeconds(60), earlier), "m-1", 401_002, "expired"),
                certificate("not yet valid", LINE.device("m-1", later, later.plusSeconds(60)), "m-1", 401_002, "valid"),
                certificate("of another name", LINE.device("m-2"), "m-1", 401_002, "is not one of registration m-1"),
                certificate(
                        "whose chain is broken",
                        new LabCa.Holder(forged.key(), List.of(forged.certificate(), LINE.certificate())),
                        "m-1",
                        401_002,
                        "chain is broken"),
                certificate(
                        "below a CA that allows none below",
                        LINE.intermediate("Below", 0).device("m-1"),
                        "m-1",
                        401_002,
                        "path length"),
                certificate(
                        "of nobody's CA",
                        LabCa.root("Elsewhere", NOW).device("m-1"),
                        "m-1",
                        404_002,
                        "no CA of a group"));
    }

    static Stream<Bad> requests() {
        String key = "{\"registrationId\":\"key-1\"}";
        return Stream.of(
                device("a forbidden character in the id", good().at(path("key 1")), 400_004, "a registration id is"),
                device("an id too long", good().at(path("a".repeat(129))), 400_004, "a registration id is"),
                device("a slash in the id", good().at(path("a%2Fb")), 400_004, "a registration id is"),
                new Bad(
                        "the id scope of another tenant",
                        () -> good().at("/" + other.idScope() + "/registrations/key-1/register"),
                        404_002,
                        "EnrollmentNotFound",
                        "no enrollment for registration id key-1"),
                new Bad(
                        "a device of another tenant in this scope",
                        () -> register(
                                "theirs-1",
                                "{\"registrationId\":\"theirs-1\"}",
                                token(tenant.idScope(), "theirs-1", KEYS.primary())),
                        404_002,
                        "EnrollmentNotFound",
                        "no enrollment for registration id theirs-1"),
                device(
                        "a payload above 96 KB",
                        with(key.replace("}", ",\"payload\":\"" + "x".repeat(98_304) + "\"}")),
                        413_001,
                        "at most 98304 bytes"),
                device("a body that is no JSON", with("registrationId=key-1"), 400_004, "not JSON at line 1"),
                device("a body cut short", with("{\"registrationId\":"), 400_004, "not JSON"),
                device("a body nested without end", with("[".repeat(5_000)), 400_004, "not JSON"),
                new Bad("a wrong etag", BadDpsInputIT::staleUpdate, 412_001, "PreconditionFailed", "has changed"),
                new Bad(
                        "more than the throttle",
                        () -> {
                            NANOS.addAndGet(Duration.ofHours(1).toNanos());
                            for (int i = 0; i < PATIENCE; i++) {
                                send(register("nobody", "{\"registrationId\":\"nobody\"}", ""));
                            }
                            return good();
                        },
                        429_001,
                        "ThrottlingException",
                        "more than 1 registrations a second"));
    }

    @ParameterizedTest
    @MethodSource({"challenges", "tpmKeys", "certificates", "requests"})
    @Tag("DPS-04")
    @Tag("DPS-16")
    void isRefusedInBothShapesAndFoundInTheLogByItsTrackingId(Bad bad) throws Exception {
        NANOS.addAndGet(Duration.ofHours(1).toNanos()); // nobody is throttled by what came before
        try (CapturedLog log = CapturedLog.start()) {
            Asked asked = bad.scene().play(); // with the challenge it may begin with: not even DEBUG tells its key
            HttpResponse<String> answer = send(asked);

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(bad.code() / 1000);
            JsonObject error = Json.parseObject(answer.body());
            assertThat(error.getInt("errorCode")).as(answer.body()).isEqualTo(bad.code());
            assertThat(error.getString("message")).contains(bad.told());
            assertThat(error.getString("Message"))
                    .isEqualTo("ErrorCode:" + bad.name() + ";" + error.getString("message"));
            assertThat(Instant.parse(error.getString("timestampUtc"))).isBetween(NOW, Instant.now());
            String trackingId = error.getString("trackingId");
            assertThat(answer.headers().firstValue("x-ms-request-id")).contains(trackingId);
            assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(bad.code() == 429_001);
            assertThat(log.await("trackingId=" + trackingId, "refused: ")).contains("status=" + answer.statusCode());
            CANARIES.assertNoneIn(log.text());
            CANARIES.assertNoneIn(answer.body());
        }
    }

    private static Bad tpm(String what, Bytes endorsementKey, Bytes storageRootKey, int code, String told) {
        String name = code == 403_002 ? "AttestationMismatch" : "ArgumentInvalid";
        return new Bad(what, () -> register("gw-1", tpm("gw-1", endorsementKey, storageRootKey), ""), code, name, told);
    }

    private static Bad certificate(String what, LabCa.Holder holder, String id, int code, String told) {
        String body = "{\"registrationId\":\"" + id + "\"}";
        String name = code == 404_002 ? "EnrollmentNotFound" : "Unauthorized";
        return new Bad("a certificate " + what, () -> register(id, body, "").showing(holder), code, name, told);
    }

    private static Bad device(String what, Asked asked, int code, String told) {
        return new Bad(what, () -> asked, code, code == 413_001 ? "MessageTooLarge" : "ArgumentInvalid", told);
    }

    /** What the device key-1 may rightly ask. */
    private static Asked good() {
        return with("{\"registrationId\":\"key-1\"}");
    }

    private static Asked with(String body) {
        return register("key-1", body, token(tenant.idScope(), "key-1", KEYS.primary()));
    }

    private static Asked register(String id, String body, String token) {
        return new Asked("PUT", CloudSite.NAMES.provisioningHost(), path(id), body, token, Optional.empty());
    }

    private static String path(String id) {
        return "/" + tenant.idScope() + "/registrations/" + id.replace(" ", "%20") + "/register";
    }

    /** @return the key in it, which only the TPM should know */
    private static Secret challenge(String id) throws Exception {
        RememberedChance.GIVEN.clear();
        NANOS.addAndGet(Duration.ofMinutes(6).toNanos()); // an open challenge would be sent once more, with its key
        HttpResponse<String> challenge = send(register(id, tpm(id, EK, SRK), ""));
        assertThat(challenge.statusCode()).as(challenge.body()).isEqualTo(401);
        assertThat(Json.parseObject(challenge.body()).getString("keyName")).isEqualTo("registration");
        return CANARIES.key(Secret.of(RememberedChance.GIVEN.getFirst().toArray()));
    }

    private static Asked answered(String id, Secret nonceKey) {
        return register(id, tpm(id, EK, SRK), token(tenant.idScope(), id, nonceKey));
    }

    private static String token(IdScope scope, String id, Secret key) {
        return CANARIES.token(SasToken.sign(
                ResourceUri.registration(scope, RegistrationId.of(id)),
                Instant.now().plus(Duration.ofMinutes(10)),
                Optional.of("registration"),
                key::hmacSha256));
    }

    private static String tpm(String id, Bytes endorsementKey, Bytes storageRootKey) {
        return "{\"registrationId\":\"" + id + "\",\"tpm\":{\"endorsementKey\":\"" + endorsementKey.toBase64()
                + "\",\"storageRootKey\":\"" + storageRootKey.toBase64() + "\"}}";
    }

    private static Asked staleUpdate() {
        var owner = tenant.policies().owner();
        String token = CANARIES.token(SasToken.sign(
                ResourceUri.of(CloudSite.NAMES.serviceHost()),
                Instant.now().plus(Duration.ofMinutes(10)),
                Optional.of(owner.name()),
                CANARIES.key(owner.keys().primary())::hmacSha256));
        String body = "{\"registrationId\":\"key-1\",\"attestation\":{\"type\":\"symmetricKey\"}}";
        return new Asked("PUT", CloudSite.NAMES.serviceHost(), "/enrollments/key-1", body, token, Optional.empty());
    }

    private static HttpResponse<String> send(Asked asked) throws Exception {
        if (asked.shown().isEmpty()) {
            return send(plain, asked);
        }
        try (CloudSite.Client client = site.client(asked.shown())) {
            return send(client, asked);
        }
    }

    private static HttpResponse<String> send(CloudSite.Client client, Asked asked) throws Exception {
        return client.send(
                asked.method(),
                asked.host(),
                asked.path(),
                asked.body(),
                "Authorization",
                asked.token(),
                "If-Match",
                "\"somebody else's\"");
    }

    private static Bytes patched(Bytes key, int at, String hex) {
        Bytes patch = Bytes.hex(hex.toLowerCase(Locale.ROOT));
        return Bytes.concat(key.slice(0, at), patch, key.slice(at + patch.length(), key.length()));
    }

    /** A key that says it has 2048 bits. */
    private static Bytes shortModulus() {
        return Tpm2b.of(Bytes.concat(SRK.slice(2, 26), Bytes.hex("0080"), SRK.slice(28, 156)));
    }

    private static Bytes flipped(Bytes key, int at) {
        byte[] octets = key.toArray();
        octets[at] ^= 1;
        return Bytes.of(octets);
    }

    private static void enroll(ProvisioningTenant to, String id, AttestationMechanism.OfDevice mechanism) {
        to.enrollments().create(IndividualEnrollment.of(RegistrationId.of(id), mechanism));
    }

    private static void group(String id, LabCa ca) {
        tenant.groups()
                .create(EnrollmentGroup.of(
                        EnrollmentGroupId.of(id),
                        new AttestationMechanism.SigningCertificates(
                                new Authority(ca.certificate()), Optional.empty())));
    }

    private static void verify(String name, LabCa ca) {
        var called = new CaName(name);
        tenant.authorities().put(called, new Authority(ca.certificate()), IfMatch.ANY);
        tenant.authorities().newCode(called, IfMatch.ANY);
        String code = tenant.authorities()
                .find(called)
                .orElseThrow()
                .verificationCode()
                .orElseThrow();
        tenant.authorities().verify(called, ca.device(code).certificate(), IfMatch.ANY);
    }
}
