// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.assertError;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.expect;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.hub.x509.CertificateCodec;
import io.postern.testkit.LabCa;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How operators make a CA known and prove to hold its key, over HTTP. */
class DpsCertificateRouteTest {
    private static final LabCa ROOT = LabCa.root("Plant", Instant.parse("2026-03-01T08:00:00Z"));

    @TempDir
    Path directory;

    private DpsRoutesFixture routes;

    @BeforeEach
    void open() throws Exception {
        routes = new DpsRoutesFixture(directory);
    }

    @AfterEach
    void close() {
        routes.close();
    }

    @Test
    @Tag("CEN-07")
    void proveToHoldTheKeyOfACa() {
        assertThat(properties(routes.operator("PUT", "/certificates/plant", body(ROOT.certificate())))
                        .getBoolean("isVerified"))
                .isFalse();
        String code = properties(routes.operator("POST", "/certificates/plant/generateVerificationCode", ""))
                .getString("verificationCode");
        String wrong = body(ROOT.device("another").certificate());
        assertError(routes.operator("POST", "/certificates/plant/verify", wrong), 400, "is not the verification code");

        Reply verified = routes.operator(
                "POST", "/certificates/plant/verify", body(ROOT.device(code).certificate()));

        assertThat(properties(verified).getBoolean("isVerified")).isTrue();
        assertThat(properties(routes.operator("GET", "/certificates/plant", "")).getString("subject"))
                .isEqualTo("CN=Plant");
        assertThat(json(expect(200, routes.operator("GET", "/certificates", "")))
                        .getJsonArray("value"))
                .hasSize(1);
        expect(204, routes.operator("DELETE", "/certificates/plant", ""));
        assertError(routes.operator("GET", "/certificates/plant", ""), 404, "no CA certificate plant");
    }

    @Test
    void areRefusedWhatIsNoCa() {
        assertError(routes.operator("PUT", "/certificates/plant", "{\"certificate\":\"AAAA\"}"), 400, "not one X.509");
        assertError(routes.operator("PUT", "/certificates/plant", "{}"), 400, "\"certificate\" is missing");
        assertError(
                routes.operator(
                        "PUT",
                        "/certificates/plant",
                        body(ROOT.device("meter-1").certificate())),
                400,
                "do not say cA");
        assertError(routes.operator("PUT", "/certificates/a b", body(ROOT.certificate())), 400, "is called by");
        assertError(routes.operator("PATCH", "/certificates/plant", ""), 405, "PATCH does not apply");
        String group =
                "{\"enrollmentGroupId\":\"g\",\"attestation\":{\"type\":\"x509\",\"x509\":{\"signingCertificates\":"
                        + "{\"primary\":" + body(ROOT.device("meter-1").certificate()) + "}}}}";
        assertError(routes.operator("PUT", "/enrollmentGroups/g", group), 400, "do not say cA");
    }

    @Test
    void areToldWhenAnEntryIsNotTheOneTheyHaveSeen() {
        routes.operator("PUT", "/certificates/plant", body(ROOT.certificate()));

        assertError(
                routes.operator("PUT", "/certificates/plant", body(ROOT.certificate()), "if-match", "old"),
                412,
                "plant has changed");
        assertError(routes.operator("DELETE", "/certificates/plant", "", "if-match", "old"), 412, "plant has changed");
    }

    @Test
    @Tag("DPS-15")
    void needThePermissionForSettings() {
        assertError(routes.ask("GET", "/certificates", "", Map.of()), 401, "no Authorization header");
    }

    private static String body(X509Certificate certificate) {
        return "{\"certificate\":\"" + CertificateCodec.encode(certificate).toBase64() + "\"}";
    }

    private static JsonObject properties(Reply reply) {
        return json(expect(200, reply)).getJsonObject("properties");
    }
}
