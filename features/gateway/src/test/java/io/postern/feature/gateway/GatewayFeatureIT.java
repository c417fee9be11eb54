// SPDX-License-Identifier: Apache-2.0
package io.postern.feature.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.launcher.Configuration;
import io.postern.launcher.FeatureFile;
import io.postern.launcher.RunningFeature;
import io.postern.testkit.Await;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.OsgiComponents;
import io.postern.testkit.Swtpm;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The gateway as it is shipped, with a TPM and a pin, and no cloud side to reach. */
class GatewayFeatureIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final String sensors = LoopbackAddress.random();

    @Test
    void everyBundleIsActiveAndEveryComponentSatisfied() throws Exception {
        try (Swtpm tpm = Swtpm.fresh(directory);
                RunningFeature gateway = start(tpm)) {
            assertThat(gateway.inactiveBundles()).isEmpty();
            BundleContext context = gateway.framework().getBundleContext();
            Await.until(
                    PATIENCE,
                    "the place where drivers put readings",
                    () -> service(context, "io.postern.gateway.spi.ReadingSink") != null);
            Await.until(PATIENCE, "the endpoint for sensors", () -> {
                new Socket(sensors, 1883).close();
                return true;
            });
            Object components = components(context);
            Await.value(
                    PATIENCE,
                    "all components to be satisfied",
                    () -> OsgiComponents.unsatisfied(components),
                    List::isEmpty);
        }
    }

    @Test
    void comesUpAgainAfterEachOfItsBundlesWasRestarted() throws Exception {
        try (Swtpm tpm = Swtpm.fresh(directory);
                RunningFeature gateway = start(tpm)) {
            BundleContext context = gateway.framework().getBundleContext();
            for (Bundle bundle : context.getBundles()) {
                if (bundle.getSymbolicName().startsWith("io.postern.gateway")) {
                    restart(bundle);
                }
            }
            Object components = components(context);
            Await.value(
                    PATIENCE,
                    "all components to be satisfied again",
                    () -> OsgiComponents.unsatisfied(components),
                    List::isEmpty);
            assertThat(gateway.inactiveBundles()).isEmpty();
        }
    }

    @Test
    void whoStandsBeforeItCanAskItForItsLeavesAndLines() throws Exception {
        try (Swtpm tpm = Swtpm.fresh(directory);
                RunningFeature gateway = start(tpm)) {
            Path socket = directory.resolve("control").resolve("socket");
            Await.until(PATIENCE, "the control socket", () -> Files.exists(socket));
            assertThat(gateway.inactiveBundles()).isEmpty();
            Await.value(
                    PATIENCE,
                    "the leaf that is configured",
                    () -> ask(socket, "leaf.list"),
                    answer -> answer.contains("\"leaf\":\"pin-1\"") && answer.contains("\"state\":\"live\""));
            assertThat(ask(socket, "bus.ports")).startsWith("{\"result\":{\"ports\":[");
            assertThat(ask(socket, "bus.lines")).isEqualTo("{\"result\":{\"lines\":[]}}");
            assertThat(ask(socket, "health.show"))
                    .contains("\"name\":\"leaves\",\"level\":\"good\",\"text\":\"1 leaf is well\"")
                    .contains("\"name\":\"tpm\",\"level\":\"good\",\"text\":\"the TPM answers")
                    .contains("\"name\":\"provisioning\"", "\"name\":\"outbox\"", "\"name\":\"disk\"");
            assertThat(ask(socket, "metrics.show"))
                    .contains("postern_gateway_leaves{state=\\\"live\\\"} 1", "process_resident_memory_bytes");
            assertThat(ask(socket, "bundle.list")).contains("\"name\":\"io.postern.gateway.health\"");
            assertThat(ask(socket, "log.tail")).startsWith("{\"result\":{\"lines\":[");
        }
    }

    private static String ask(Path socket, String command) {
        try (SocketChannel gateway = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                var answers = new BufferedReader(Channels.newReader(gateway, StandardCharsets.UTF_8))) {
            gateway.write(StandardCharsets.UTF_8.encode("{\"command\":\"" + command + "\"}\n"));
            return String.valueOf(answers.readLine());
        } catch (IOException e) {
            return e.toString();
        }
    }

    private Path credentials() throws IOException {
        Path file = Files.writeString(directory.resolve("sensors"), "hall 0123456789abcdef\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private RunningFeature start(Swtpm tpm) throws Exception {
        Path configuration = Files.writeString(directory.resolve("gateway.json"), """
                {
                  "io.postern.gateway": {
                    "idScope": "0ne00000001", "provisioningHost": "provisioning.postern.test", "provisioningPort": 1,
                    "tokenHost": "tokens.postern.test", "tokenPort": 1
                  },
                  "io.postern.gateway.tpm": { "device": "%s" },
                  "io.postern.gateway.store": { "directory": "%s" },
                  "io.postern.gateway.ip": {
                    "listen": "%s", "port": 1883, "plain": true, "credentialsFile": "%s"
                  },
                  "io.postern.gateway.plant": { "broker": "mqtt://%s:1" },
                  "io.postern.gateway.leaf~pin-1": {
                    "leaf": "pin-1", "template": "door-contact", "address": "mock:1@200ms", "period": "1s"
                  }
                }
                """.formatted(
                        tpm.device(), directory.resolve("store"), sensors, credentials(), sensors));
        return RunningFeature.start(
                FeatureFile.read(Path.of("target/feature")),
                directory.resolve("framework"),
                Configuration.read(configuration, Optional.empty()));
    }

    private static Object components(BundleContext context) {
        String name = "org.osgi.service.component.runtime.ServiceComponentRuntime";
        return Await.value(PATIENCE, "the component runtime", () -> service(context, name), Objects::nonNull);
    }

    private static void restart(Bundle bundle) throws BundleException {
        bundle.stop();
        bundle.start();
    }

    /** Among all services of that name: the test's class path holds classes of the same names, which would hide them. */
    private static @Nullable Object service(BundleContext context, String name) {
        try {
            ServiceReference<?>[] references = context.getAllServiceReferences(name, null);
            return references == null ? null : context.getService(references[0]);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
