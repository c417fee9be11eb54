// SPDX-License-Identifier: Apache-2.0
package io.postern.feature.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.Cloud;
import io.postern.ctl.CloudConnection;
import io.postern.launcher.Configuration;
import io.postern.launcher.FeatureFile;
import io.postern.launcher.RunningFeature;
import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Hosts;
import io.postern.testkit.OsgiComponents;
import io.postern.testkit.Postgres;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
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
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The cloud side as it is shipped, with two hubs. */
class CloudFeatureIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @Test
    void everyBundleIsActiveAndEveryComponentSatisfied() throws Exception {
        try (RunningFeature cloud = start("")) {
            assertThat(cloud.inactiveBundles()).isEmpty();
            BundleContext context = cloud.framework().getBundleContext();
            Object components =
                    Await.value(PATIENCE, "the component runtime", () -> service(context), Objects::nonNull);
            Path connection = announced();
            Await.value(
                    PATIENCE,
                    "all components to be satisfied",
                    () -> OsgiComponents.unsatisfied(components),
                    List::isEmpty);
            assertThat(Files.readString(connection))
                    .as("the default hub, and the other")
                    .contains("\"hubHost\": \"hub.postern.test\"")
                    .contains("\"name\": \"hub-east.postern.test\"")
                    .contains("HostName=hub-east.postern.test;SharedAccessKeyName=iothubowner;");
            assertThat(directory.resolve("hub-east.postern.test.db")).exists();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(connection)))
                    .as("the file holds keys")
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void withPostgresqlItStartsAgainOnWhatItLeftThereAndKeepsOnlyTheMasterKeyHere() throws Exception {
        try (Postgres postgres = Postgres.start()) {
            Path password = Files.writeString(directory.resolve("password"), postgres.password());
            Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
            String settings = """
                    , "postgresUrl": "%s", "postgresUser": "%s", "postgresPasswordFile": "%s"
                    """.formatted(postgres.url(), Postgres.USER, password);
            String keys;
            try (RunningFeature _ = start(settings)) {
                keys = Files.readString(announced());
            }
            Files.delete(directory.resolve("connection.json"));
            try (RunningFeature _ = start(settings)) {
                assertThat(keysOf(Files.readString(announced()))).isEqualTo(keysOf(keys));
            }

            assertThat(directory.resolve("master.key")).exists();
            try (var files = Files.list(directory)) {
                assertThat(files).noneMatch(file -> file.toString().endsWith(".db"));
            }
        }
    }

    @Test
    @Tag("SYS-07")
    @Tag("HUB-33")
    void aRouteOfAFileBesideBringsWhatADeviceSaysIntoAnArchive() throws Exception {
        Hosts.write("127.0.0.1", "hub.postern.test", "service.postern.test", "tokens.postern.test");
        Path routes = Files.writeString(directory.resolve("routes.json"), """
                { "io.postern.cloud.route~alarms": {
                    "name": "alarms", "condition": "level = 'alarm'", "target": "archive", "directory": "archive",
                    "deadLetterDirectory": "dead" },
                  "io.postern.cloud.route~stream": {
                    "name": "stream", "target": "kafka", "brokers": ["localhost:1"], "topic": "telemetry",
                    "propertiesFile": "kafka.properties", "deadLetterDirectory": "dead" } }
                """);
        Path credentials = Files.writeString(directory.resolve("kafka.properties"), """
                security.protocol=SASL_SSL
                sasl.mechanism=PLAIN
                sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="a" password="b";
                """);
        Files.setPosixFilePermissions(credentials, PosixFilePermissions.fromString("rw-------"));
        try (RunningFeature _ = start("", Optional.of(routes))) {
            Path announced = announced();
            Cloud operator = Cloud.open(CloudConnection.ofFile(announced), InstantSource.system());
            Await.until(
                    PATIENCE, "both routes", () -> operator.backEnds().routes().size() == 2);
            DeviceId meter = DeviceId.of("meter-1");
            JsonObject made = operator.devices().create(meter, Optional.empty(), true);
            for (String level : List.of("info", "alarm")) {
                assertThat(say(Json.parseObject(Files.readString(announced)), made, level))
                        .isEqualTo(204);
            }

            JsonObject state = Await.value(
                    PATIENCE,
                    "both messages",
                    () -> operator.backEnds().routes().getFirst(),
                    route -> route.getInt("done") == 2);
            assertThat(state.getInt("delivered")).isEqualTo(1);
            assertThat(operator.backEnds().deadLetters("alarms", 1)).isEmpty();
            JsonObject stream = Await.value(
                    PATIENCE,
                    "Kafka's client to miss its broker, which takes 10 s",
                    () -> operator.backEnds().routes().getLast(),
                    route -> route.containsKey("trouble"));
            assertThat(stream.getJsonObject("trouble").getString("reason"))
                    .as("its classes were found")
                    .contains("no answer in time");
        }
        try (var files = Files.walk(directory.resolve("archive"))) {
            Path file = files.filter(each -> each.toString().endsWith(".ndjson"))
                    .findFirst()
                    .orElseThrow();
            JsonObject line = Json.parseObject(Files.readString(file));
            assertThat(line.getJsonObject("Properties").getString("level")).isEqualTo("alarm");
            assertThat(line.getJsonObject("Body").getInt("celsius")).isEqualTo(31);
        }
    }

    /** Sends one message over HTTPS, as the device itself. */
    private static int say(JsonObject connection, JsonObject device, String level) throws Exception {
        DeviceId id = DeviceId.of(device.getString("deviceId"));
        HubName hub = HubName.of("hub.postern.test");
        try (var pem = Files.newInputStream(Path.of(connection.getString("caFile")));
                Secret key = Secret.base64(device.getJsonObject("authentication")
                        .getJsonObject("symmetricKey")
                        .getString("primaryKey"));
                HttpClient client = HttpClient.newBuilder()
                        .sslContext(ClientTls.context(
                                (X509Certificate)
                                        CertificateFactory.getInstance("X.509").generateCertificate(pem),
                                Optional.empty()))
                        .build()) {
            SasToken token = SasToken.sign(
                    ResourceUri.device(hub, id), Instant.now().plusSeconds(600), Optional.empty(), key::hmacSha256);
            URI address = URI.create("https://" + hub + ":"
                    + connection.getJsonObject("ports").getInt("https") + "/devices/" + id
                    + "/messages/events?api-version=2021-04-12");
            return client.send(
                            HttpRequest.newBuilder(address)
                                    .header("Authorization", token.text().revealUtf8())
                                    .header("iothub-app-level", level)
                                    .header("iothub-contenttype", "application/json")
                                    .header("iothub-contentencoding", "utf-8")
                                    .POST(HttpRequest.BodyPublishers.ofString("{\"celsius\":31}"))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private Path announced() {
        Path connection = directory.resolve("connection.json");
        Await.until(PATIENCE, connection + " to be written", () -> Files.exists(connection));
        return connection;
    }

    /** The operator's keys, one of each hub and of the provisioning service; ports change from start to start. */
    private static List<String> keysOf(String connection) {
        List<String> keys = Pattern.compile("SharedAccessKey=([^\"\\\\]+)")
                .matcher(connection)
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(keys).hasSizeGreaterThanOrEqualTo(3);
        return keys;
    }

    /** Among all services of that name: the test's class path holds classes of the same names, which would hide them. */
    private static @Nullable Object service(BundleContext context) throws InvalidSyntaxException {
        ServiceReference<?>[] references =
                context.getAllServiceReferences("org.osgi.service.component.runtime.ServiceComponentRuntime", null);
        return references == null ? null : context.getService(references[0]);
    }

    private RunningFeature start(String store) throws Exception {
        return start(store, Optional.empty());
    }

    private RunningFeature start(String store, Optional<Path> beside) throws Exception {
        Path configuration = Files.writeString(
                directory.resolve("cloud.json"), """
                {
                  "io.postern.cloud.store": { "directory": "%1$s"%5$s },
                  "io.postern.cloud.hub~hub": { "hubName": "hub.postern.test" },
                  "io.postern.cloud.hub~hub-east": { "hubName": "hub-east.postern.test", "retainedEvents": 1000 },
                  "io.postern.cloud.hubs": { "hubNames": ["hub.postern.test", "hub-east.postern.test"] },
                  "io.postern.cloud.dps": {
                    "provisioningHost": "provisioning.postern.test", "serviceHost": "service.postern.test"
                  },
                  "io.postern.cloud.tokens": { "tokenLife": "1h" },
                  "io.postern.cloud.endpoint": {
                    "directory": "%1$s", "listen": "127.0.0.1", "domain": "postern.test",
                    "httpsPort": %2$d, "mqttPort": %3$d, "amqpPort": %4$d
                  }
                }
                """.formatted(directory, freePort(), freePort(), freePort(), store));
        return RunningFeature.start(
                FeatureFile.read(Path.of("target/feature")),
                directory.resolve("framework"),
                Configuration.read(configuration, beside));
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
