// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.EventStream;
import io.postern.gateway.load.LoadLedger;
import io.postern.lab.LabCloud;
import io.postern.lab.load.Crew;
import io.postern.lab.load.LoadedGateway;
import io.postern.lab.load.Seen;
import io.postern.testkit.Await;
import io.postern.testkit.LabCa;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.Json;
import io.postern.wire.trust.TrustBundle;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that lay in a store-room until its roots were over, and whose cloud has others by now. */
class ExpiredRootsIT {
    private static final Path ROOT = Path.of(System.getProperty("postern.root"));
    private static final Duration PATIENCE = Duration.ofSeconds(90); // of a loaded machine
    private static final Duration QUIET = Duration.ofSeconds(20);

    @TempDir
    private static Path directory;

    private final Instant now = Instant.now();
    private final LabCa.Holder signer = LabCa.selfSigned("Trust of Plant North", now, now.plus(Duration.ofDays(3000)));

    @Test
    @Tag("HUB-22")
    void aGatewayOnExpiredRootsSaysSoKeepsItsReadingsAndComesHomeByASignedBundle() throws Exception {
        Path roots = Files.createDirectory(directory.resolve("trust")).resolve("ca.pem");
        Files.writeString(
                roots,
                LabCa.pem(List.of(LabCa.selfSigned(
                                "Last year's root", now.minus(Duration.ofDays(400)), now.minus(Duration.ofDays(1)))
                        .certificate())));
        try (LabCloud cloud = LabCloud.start(ROOT, directory, LoopbackAddress.random())) {
            Crew crew = Crew.enroll(cloud, "stored", 2, directory.resolve("keys"));
            LoadedGateway.Plan plan = plan(cloud, crew, roots);
            try (LoadedGateway gateway = LoadedGateway.start(plan, "")) {
                Await.until(PATIENCE, "the word for what is wrong", () -> provisioning(gateway)
                        .contains("root certificates"));
                gateway.load(20, 40);
                Await.until(PATIENCE, "forty readings", () -> gateway.account().accepted() == 40);
                JsonObject found = check(gateway, "roots");
                assertThat(found.getString("level")).isEqualTo("fault");
                assertThat(found.getString("text")).contains("ended on");
                assertThat(found.getString("remedy")).contains("roots.md");
                gateway.kill();
            }
            cloud.operator().provisioning().publishTrustBundle(bundle(cloud));
            try (LoadedGateway gateway = LoadedGateway.start(plan, "")) {
                gateway.awaitConnected(PATIENCE);
                assertThat(missing(cloud, crew, gateway.account())).isZero();
                Await.until(PATIENCE, "the new roots in force", () -> check(gateway, "roots")
                        .getString("level")
                        .equals("good"));
            }
            assertThat(roots)
                    .content()
                    .startsWith("# trust bundle 1")
                    .endsWith(Files.readString(cloud.connection().caFile().orElseThrow()));
        }
    }

    private LoadedGateway.Plan plan(LabCloud cloud, Crew crew, Path roots) throws IOException {
        Path pinned = Files.writeString(directory.resolve("signer.pem"), LabCa.pem(List.of(signer.certificate())));
        JsonObject core = Json.object()
                .add("caFile", roots.toString())
                .add("trustSignerFile", pinned.toString())
                .build();
        return new LoadedGateway.Plan(
                ROOT,
                cloud,
                crew,
                directory.resolve("gateway"),
                1,
                Json.object().add("io.postern.gateway", core).build(),
                List.of());
    }

    private String bundle(LabCloud cloud) throws Exception {
        try (InputStream present =
                Files.newInputStream(cloud.connection().caFile().orElseThrow())) {
            var root = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(present);
            return new TrustBundle(1, List.of(root)).sign(signer.key());
        }
    }

    private static String provisioning(LoadedGateway gateway) {
        return check(gateway, "provisioning").getString("text", "");
    }

    /** What the gateway says of itself; nothing while it starts. */
    private static JsonObject check(LoadedGateway gateway, String name) {
        try {
            return gateway.command("health.show", JsonValue.EMPTY_JSON_OBJECT).getJsonArray("checks").stream()
                    .map(JsonValue::asJsonObject)
                    .filter(each -> each.getString("name").equals(name))
                    .findFirst()
                    .orElse(JsonValue.EMPTY_JSON_OBJECT);
        } catch (IOException e) {
            return JsonValue.EMPTY_JSON_OBJECT;
        }
    }

    private static long missing(LabCloud cloud, Crew crew, LoadLedger.Account account) throws Exception {
        try (EventStream events = cloud.operator().events(0, _ -> {})) {
            return new Seen(crew, crew.leaves()).awaitAll(events, account, QUIET);
        }
    }
}
