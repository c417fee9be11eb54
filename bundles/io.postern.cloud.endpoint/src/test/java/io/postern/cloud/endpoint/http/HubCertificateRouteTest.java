// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.hub.x509.CertificateCodec;
import io.postern.testkit.LabCa;
import io.postern.wire.DeviceId;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a hub comes to let the devices of a CA in, over HTTP. */
class HubCertificateRouteTest {
    private static final LabCa ROOT = LabCa.root("Plant", Instant.parse("2026-03-01T08:00:00Z"));

    @TempDir
    Path directory;

    private TestHub cloud;

    @BeforeEach
    void open() throws Exception {
        cloud = new TestHub(directory);
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    @Test
    @Tag("HUB-19")
    @Tag("HUB-20")
    void aProvenCaOpensTheHubToTheDevicesCreatedForIt() {
        ok(
                "PUT",
                "/devices/meter-1",
                "{\"deviceId\":\"meter-1\",\"authentication\":{\"type\":\"certificateAuthority\"}}");
        ok("PUT", "/certificates/plant", body(ROOT.certificate()));
        assertThat(isAdmitted()).isFalse();

        String code = ok("POST", "/certificates/plant/generateVerificationCode", "")
                .getJsonObject("properties")
                .getString("verificationCode");
        ok("POST", "/certificates/plant/verify", body(ROOT.device(code).certificate()));
        assertThat(isAdmitted()).isTrue();

        assertThat(cloud.asOwner("DELETE", "/certificates/plant", "").status()).isEqualTo(204);
        assertThat(isAdmitted()).isFalse();
    }

    private boolean isAdmitted() {
        var chain = new CertificateChain(ROOT.device("meter-1").chain());
        return cloud.hub.gatekeeper().admitDevice(chain, DeviceId.of("meter-1")) instanceof AccessDecision.Allowed;
    }

    private JsonObject ok(String method, String path, String body) {
        Reply reply = cloud.asOwner(method, path, body);
        assertThat(reply.status()).isEqualTo(200);
        return TestHub.json(reply);
    }

    private static String body(X509Certificate certificate) {
        return "{\"properties\":{\"certificate\":\""
                + CertificateCodec.encode(certificate).toBase64() + "\"}}";
    }
}
