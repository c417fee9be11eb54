// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.assertError;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.dps.ProvisioningStatus;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.SignedTime;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What devices are told over HTTP. */
class DpsDeviceRouteTest {
    private static final String BODY = "{\"registrationId\":\"meter-1\"}";

    @TempDir
    Path directory;

    private final SymmetricKeys keys = SymmetricKeys.random(32, new SecureRandom());
    private final Map<String, String> signed = new HashMap<>();
    private DpsRoutesFixture routes;

    @BeforeEach
    void open() throws Exception {
        routes = new DpsRoutesFixture(directory);
        routes.dps
                .enrollments()
                .create(IndividualEnrollment.of(
                        RegistrationId.of("meter-1"), new AttestationMechanism.SymmetricKey(keys)));
        signed.put("authorization", routes.registrationToken(keys.primary()));
    }

    @AfterEach
    void close() {
        routes.close();
    }

    @Test
    void areToldToPollAndThenTheOutcome() {
        Reply accepted = routes.ask("PUT", routes.registerPath(), BODY, signed);

        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.headers()).containsEntry("Retry-After", "0").containsKey("x-ms-request-id");
        JsonObject body = json(accepted);
        assertThat(body.getString("status")).isEqualTo("assigning");
        String operation = body.getString("operationId");
        assertThat(operation).matches("5\\.[0-9a-f]{16}\\.[0-9a-f-]{36}");
        assertThat(accepted.headers().get("Location")).endsWith("/registrations/meter-1/operations/" + operation);

        // one official client polls with a body, another with upper-case path words
        Reply finished = routes.ask(
                "GET", "/" + routes.scope() + "/Registrations/METER-1/operations/" + operation, "{}", signed);
        assertThat(finished.status()).isEqualTo(200);
        JsonObject state = json(finished).getJsonObject("registrationState");
        assertThat(state.getString("assignedHub")).isEqualTo("hub.lab.test");
        assertThat(state.getString("deviceId")).isEqualTo("meter-1");
        assertThat(state.getString("createdDateTimeUtc")).isEqualTo("2026-03-01T08:00:00.0000000Z");
        assertThat(json(routes.ask("POST", "/" + routes.scope() + "/registrations/meter-1", BODY, signed))
                        .getString("status"))
                .isEqualTo("assigned");
    }

    @Test
    void getTheTimeUnderTheKeyTheyShareWithTheServiceWhenTheyAskAlsoBesideARefusal() {
        String nonce = "000102030405060708090a0b0c0d0e0f";
        Map<String, String> asking = new HashMap<>(signed);
        asking.put("postern-time-nonce", nonce);
        assertTime(routes.ask("PUT", routes.registerPath(), BODY, asking), nonce);
        routes.clock.advance(Duration.ofDays(30)); // the token has ended: the device's clock is behind
        Reply refused = routes.ask("PUT", routes.registerPath(), BODY, asking);
        assertError(refused, 401, "");
        assertTime(refused, nonce);
        assertTime(routes.ask("POST", "/" + routes.scope() + "/registrations/meter-1", BODY, asking), nonce);

        assertThat(routes.ask("PUT", routes.registerPath(), BODY, signed).headers())
                .as("not asked for")
                .doesNotContainKey(SignedTime.HEADER);
        asking.put("postern-time-nonce", "hub/devices/meter-1");
        assertThat(routes.ask("PUT", routes.registerPath(), BODY, asking).headers())
                .as("no nonce")
                .doesNotContainKey(SignedTime.HEADER);
    }

    @Test
    void getNoTimeWithoutTheirKeyOrWhenTheyAreKeptOut() {
        Map<String, String> asking = new HashMap<>(signed);
        asking.put("postern-time-nonce", "000102030405060708090a0b0c0d0e0f");
        asking.put("authorization", routes.registrationToken(Secret.of(new byte[32])));
        assertThat(routes.ask("PUT", routes.registerPath(), BODY, asking).headers())
                .as("another's key")
                .doesNotContainKey(SignedTime.HEADER);
        asking.remove("authorization");
        assertThat(routes.ask("PUT", routes.registerPath(), BODY, asking).headers())
                .as("no key")
                .doesNotContainKey(SignedTime.HEADER);
        asking.put("authorization", routes.registrationToken(keys.primary()));
        var enrollment =
                IndividualEnrollment.of(RegistrationId.of("meter-1"), new AttestationMechanism.SymmetricKey(keys));
        routes.dps.enrollments().update(enrollment.with(ProvisioningStatus.DISABLED), IfMatch.ANY);
        assertThat(routes.ask("PUT", routes.registerPath(), BODY, asking).headers())
                .as("disabled")
                .doesNotContainKey(SignedTime.HEADER);
    }

    private void assertTime(Reply reply, String nonce) {
        SignedTime time = SignedTime.parse(reply.headers().getOrDefault(SignedTime.HEADER, "none"));
        assertThat(time.time()).isEqualTo(routes.clock.instant());
        assertThat(time.isSignature(keys.primary().hmacSha256(SignedTime.stringToSign(nonce, time.time()))))
                .isTrue();
    }

    @Test
    void mayNotPollWithoutEnd() {
        String operation =
                json(routes.ask("PUT", routes.registerPath(), BODY, signed)).getString("operationId");
        String path = "/" + routes.scope() + "/registrations/meter-1/operations/" + operation;
        for (int i = 0; i < 5; i++) {
            assertThat(routes.ask("GET", path, "", signed).status()).isEqualTo(200);
        }

        Reply refused = routes.ask("GET", path, "", signed);

        assertError(refused, 429, "5 questions in 10 s");
        assertThat(refused.headers()).containsEntry("Retry-After", "2");
        routes.clock.advance(Duration.ofSeconds(2));
        assertThat(routes.ask("GET", path, "", signed).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            no json                                              | 400 | not JSON
            []                                                   | 400 | a JSON object is needed
            {}                                                   | 400 | "registrationId" is missing
            {"registrationId":"meter-2"}                         | 400 | both must name the same
            {"registrationId":"a b"}                             | 400 | a registration id is
            {"registrationId":"meter-1","payload":"{"}           | 400 | not JSON
            {"registrationId":"meter-1","tpm":{"endorsementKey":"?","storageRootKey":"?"}}       | 400 | tpm.endorsementKey is not base64
            {"registrationId":"meter-1","tpm":{"endorsementKey":"AAQAAAAA","storageRootKey":""}} | 400 | the key's type is 0x0
            {"registrationId":"meter-1","tpm":{"endorsementKey":"ATo=","storageRootKey":""}}     | 400 | TPM structure ends inside
            """)
    void areToldWhatIsWrongWithTheirBody(String body, int status, String complaint) {
        assertError(routes.ask("PUT", routes.registerPath(), body, signed), status, complaint);
    }

    @Test
    void areRefusedByStatusAndName() {
        Map<String, String> wrong = Map.of("authorization", routes.registrationToken(Secret.of(new byte[32])));
        Map<String, String> garbage = Map.of("authorization", "Bearer abc");

        assertError(routes.ask("PUT", routes.registerPath(), BODY, wrong), 401, "not signed with a key");
        assertError(
                routes.ask("PUT", routes.registerPath(), BODY, garbage), 401, "starts with \"SharedAccessSignature");
        assertError(routes.ask("PUT", routes.registerPath(), BODY, Map.of()), 401, "no Authorization header");
        assertError(
                routes.ask("PUT", "/0ne000NOBODY/registrations/meter-1/register", BODY, signed), 404, "0ne000NOBODY");
        assertError(
                routes.ask(
                        "PUT",
                        "/" + routes.scope() + "/registrations/x/register",
                        "{\"registrationId\":\"x\"}",
                        signed),
                404,
                "no enrollment for registration id x");
        assertError(
                routes.ask("GET", "/" + routes.scope() + "/registrations/meter-1/operations/5.a.b", "", signed),
                404,
                "register again");
        assertError(
                routes.ask("POST", "/" + routes.scope() + "/registrations/meter-1", BODY, signed),
                404,
                "not registered");
        assertError(routes.ask("DELETE", routes.registerPath(), "", signed), 405, "DELETE does not apply");
    }

    @Test
    void areRefusedABodyAboveTheLimit() {
        String large = BODY + " ".repeat(96 * 1024);

        assertError(routes.ask("PUT", routes.registerPath(), large, signed), 413, "at most 98304 bytes");
    }

    @Test
    void areNotEchoedTheirToken() {
        String token = routes.registrationToken(Secret.of(new byte[32]));
        Reply refused = routes.ask("PUT", routes.registerPath(), BODY, Map.of("authorization", token));

        String signature = token.replaceAll(".*sig=([^&]*).*", "$1");
        assertThat(refused.body().toUtf8()).doesNotContain(signature);
    }
}
