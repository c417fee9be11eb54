// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.assertError;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.expect;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.endpoint.http.Reply;
import io.postern.testkit.LabCa;
import io.postern.wire.Json;
import io.postern.wire.trust.TrustBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("HUB-22")
@SuppressWarnings("NullAway.Init") // set before each test
class TrustBundleRouteTest {
    private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");
    private static final LabCa.Holder SIGNER = LabCa.root("Signer", NOW).device("trust signer");

    @TempDir
    Path directory;

    private DpsRoutesFixture routes;

    @BeforeEach
    void open() throws IOException {
        routes = new DpsRoutesFixture(directory);
    }

    @AfterEach
    void close() {
        routes.close();
    }

    @Test
    void whatAnOperatorPublishesEveryGatewayOfTheScopeReadsWordForWord() {
        expect(204, read(routes.scope()));
        String signed = bundle(1);

        expect(200, publish(signed));

        Reply read = expect(200, read(routes.scope()));
        assertThat(read.body().toUtf8()).isEqualTo(signed);
        assertThat(TrustBundle.open(read.body().toUtf8(), SIGNER.certificate().getPublicKey())
                        .version())
                .isEqualTo(1);
        expect(204, read("0ne00000000"));
    }

    @Test
    void aBundleIsFollowedByNewerOnesOnly() {
        expect(200, publish(bundle(2)));

        assertError(publish(bundle(2)), 409, "give this one a higher version");
        assertError(publish(bundle(1)), 409, "give this one a higher version");
        expect(200, publish(bundle(3)));

        assertThat(DpsRoutesFixture.json(routes.operator("GET", "/trustBundle", ""))
                        .getInt("version"))
                .isEqualTo(3);
    }

    @Test
    void whatIsNoBundleIsNotPublished() {
        assertError(publish("a.b"), 400, "three parts");
        assertError(publish("x".repeat(90_000)), 400, "three parts");
        assertError(routes.operator("PUT", "/trustBundle", "{}"), 400, "signed");
        expect(204, read(routes.scope()));
    }

    private Reply publish(String signed) {
        return routes.operator(
                "PUT",
                "/trustBundle",
                Json.object().add("signed", signed).build().toString());
    }

    private Reply read(String scope) {
        return routes.ask("GET", "/" + scope + "/trust-bundle", "", Map.of());
    }

    private static String bundle(long version) {
        return new TrustBundle(version, List.of(LabCa.root("Cloud", NOW).certificate())).sign(SIGNER.key());
    }
}
