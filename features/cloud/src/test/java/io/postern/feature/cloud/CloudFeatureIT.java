// SPDX-License-Identifier: Apache-2.0
package io.postern.feature.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.launcher.Configuration;
import io.postern.launcher.FeatureFile;
import io.postern.launcher.RunningFeature;
import io.postern.testkit.Await;
import io.postern.testkit.OsgiComponents;
import io.postern.testkit.Postgres;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
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
                Configuration.read(configuration, Optional.empty()));
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
