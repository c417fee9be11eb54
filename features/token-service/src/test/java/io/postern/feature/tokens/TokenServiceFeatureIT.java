// SPDX-License-Identifier: Apache-2.0
package io.postern.feature.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.Cloud;
import io.postern.ctl.CloudConnection;
import io.postern.launcher.Configuration;
import io.postern.launcher.FeatureFile;
import io.postern.launcher.RunningFeature;
import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.OsgiComponents;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The token service as it is shipped, in front of the hub of a cloud as that is shipped: two frameworks, joined by TLS alone. */
class TokenServiceFeatureIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HubName HUB = HubName.of("hub.elsewhere.test");
    private static final DeviceId GATEWAY = DeviceId.of("gw-1");
    private static final DeviceId LEAF = DeviceId.of("meter-1");
    private static final String ADDRESS = LoopbackAddress.random();

    @TempDir
    private Path directory;

    @Test
    @Tag("SYS-09")
    @Tag("HUB-18")
    void itStartsAloneAndIssuesATokenThatTheHubElsewhereHonours() throws Exception {
        Hosts.write(
                ADDRESS,
                HUB.text(),
                "service.elsewhere.test",
                "provisioning.elsewhere.test",
                "tokens.elsewhere.test",
                "tokens.alone.test");
        try (RunningFeature _ = startCloud()) {
            Path there = written(directory.resolve("cloud/connection.json"));
            try (RunningFeature alone = startTokens(there)) {
                Path here = written(directory.resolve("tokens/connection.json"));
                assertSound(alone);
                issue(
                        Cloud.open(CloudConnection.ofFile(there), InstantSource.system()),
                        Cloud.open(CloudConnection.ofFile(here), InstantSource.system()),
                        Json.parseObject(Files.readString(here)));
            }
        }
    }

    private static void assertSound(RunningFeature feature) throws Exception {
        assertThat(feature.inactiveBundles()).isEmpty();
        BundleContext context = feature.framework().getBundleContext();
        assertThat(Arrays.stream(context.getBundles()).map(Bundle::getSymbolicName))
                .contains("io.postern.cloud.tokens")
                .doesNotContain(
                        "io.postern.cloud.dps", "io.postern.cloud.users", "org.apache.qpid.proton-j", "proton-j");
        Object components = Await.value(PATIENCE, "the component runtime", () -> service(context), Objects::nonNull);
        Await.value(PATIENCE, "all components", () -> OsgiComponents.unsatisfied(components), List::isEmpty);
    }

    private static void issue(Cloud hub, Cloud tokens, JsonObject connection) throws Exception {
        JsonObject gateway = hub.devices().create(GATEWAY, Optional.empty(), true);
        hub.devices().create(LEAF, Optional.empty(), true);
        tokens.leaves().assign(LEAF, GATEWAY);
        Secret key = Secret.base64(gateway.getJsonObject("authentication")
                .getJsonObject("symmetricKey")
                .getString("primaryKey"));

        HttpResponse<String> answer = ask(connection, key);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        SasToken token = SasToken.parse(Json.parseObject(answer.body()).getString("token"));
        assertThat(token.resource()).isEqualTo(ResourceUri.device(HUB, LEAF));
        assertThat(token.keyName()).hasValue("iothubowner");
        assertThat(tokens.leaves().show(LEAF).getInt("issued")).isEqualTo(1);

        tokens.leaves().revoke(LEAF, "lost");
        assertThat(hub.devices().find(LEAF).getString("status")).isEqualTo("disabled");
        assertThat(ask(connection, key).statusCode()).isEqualTo(403);
    }

    private static HttpResponse<String> ask(JsonObject connection, Secret key) throws Exception {
        try (var pem = Files.newInputStream(Path.of(connection.getString("caFile")));
                HttpClient client = HttpClient.newBuilder()
                        .sslContext(ClientTls.context(
                                (X509Certificate)
                                        CertificateFactory.getInstance("X.509").generateCertificate(pem),
                                Optional.empty()))
                        .build()) {
            SasToken proof = SasToken.sign(
                    ResourceUri.device(HUB, GATEWAY),
                    Instant.now().plusSeconds(600),
                    Optional.empty(),
                    key::hmacSha256);
            int port = connection.getJsonObject("ports").getInt("https");
            return client.send(
                    HttpRequest.newBuilder(
                                    URI.create("https://tokens.alone.test:" + port + "/leaves/" + LEAF + "/token"))
                            .header("Authorization", proof.text().revealUtf8())
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private RunningFeature startCloud() throws Exception {
        return start("cloud", Path.of("../cloud/target/feature"), """
                {
                  "io.postern.cloud.store": { "directory": "%1$s" },
                  "io.postern.cloud.hub~hub": { "hubName": "hub.elsewhere.test" },
                  "io.postern.cloud.hubs": { "hubNames": ["hub.elsewhere.test"] },
                  "io.postern.cloud.dps": {
                    "provisioningHost": "provisioning.elsewhere.test", "serviceHost": "service.elsewhere.test"
                  },
                  "io.postern.cloud.tokens": {},
                  "io.postern.cloud.endpoint": {
                    "directory": "%1$s", "listen": "%2$s", "domain": "elsewhere.test",
                    "httpsPort": %3$d, "mqttPort": 0, "amqpPort": 0
                  }
                }
                """.formatted(
                        directory.resolve("cloud"), ADDRESS, freePort()));
    }

    /** Given what the owner of a hosted hub has: connection strings. */
    private RunningFeature startTokens(Path there) throws Exception {
        JsonObject hub = Json.parseObject(Files.readString(there));
        String owner = hub.getString("hubConnectionString");
        Path registry = Files.writeString(directory.resolve("registry"), owner);
        Files.setPosixFilePermissions(registry, PosixFilePermissions.fromString("rw-------"));
        return start("tokens", Path.of("target/feature"), """
                {
                  "io.postern.cloud.store": { "directory": "%1$s" },
                  "io.postern.cloud.tokens.elsewhere": {
                    "registryConnectionFile": "%2$s", "hubPort": %3$d, "hubCaFile": "%4$s"
                  },
                  "io.postern.cloud.endpoint.tokens": {
                    "directory": "%1$s", "listen": "%5$s", "domain": "alone.test", "httpsPort": 0
                  }
                }
                """.formatted(
                        directory.resolve("tokens"),
                        registry,
                        hub.getJsonObject("ports").getInt("https"),
                        hub.getString("caFile"),
                        ADDRESS));
    }

    private RunningFeature start(String name, Path feature, String configuration) throws Exception {
        Path file = Files.writeString(directory.resolve(name + ".json"), configuration);
        return RunningFeature.start(
                FeatureFile.read(feature),
                directory.resolve(name + "-framework"),
                Configuration.read(file, Optional.empty()));
    }

    private static Path written(Path connection) {
        Await.until(PATIENCE, connection + " to be written", () -> Files.exists(connection));
        return connection;
    }

    /** Among all services of that name: the test's class path holds classes of the same names, which would hide them. */
    private static @Nullable Object service(BundleContext context) throws InvalidSyntaxException {
        ServiceReference<?>[] references =
                context.getAllServiceReferences("org.osgi.service.component.runtime.ServiceComponentRuntime", null);
        return references == null ? null : context.getService(references[0]);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName(ADDRESS))) {
            return socket.getLocalPort();
        }
    }
}
