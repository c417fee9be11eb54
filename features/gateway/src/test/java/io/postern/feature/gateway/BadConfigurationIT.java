// SPDX-License-Identifier: Apache-2.0
package io.postern.feature.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.launcher.Configuration;
import io.postern.launcher.FeatureFile;
import io.postern.launcher.RunningFeature;
import io.postern.testkit.Await;
import io.postern.testkit.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each mistake a technician can make in the file is one line in the log that names the configuration and the key. */
class BadConfigurationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String NOT_STARTED = " not started: ";

    @TempDir
    private Path directory;

    @Test
    void eachMistakeIsToldInOneLineThatNamesTheConfigurationAndTheKey() throws Exception {
        List<String> expected = List.of(
                "configuration=io.postern.gateway" + NOT_STARTED + "caFile: ",
                "configuration=io.postern.gateway.leaf~duration" + NOT_STARTED + "period: a duration is",
                "configuration=io.postern.gateway.leaf~nameless" + NOT_STARTED + "leaf: a value is needed",
                "configuration=io.postern.gateway.leaf~stranger" + NOT_STARTED + "template: no-such",
                NOT_STARTED + "leaf: pin-1 has a driver already, io.postern.gateway.leaf~",
                "configuration=io.postern.gateway.leaf~unit" + NOT_STARTED + "address: ",
                "configuration=io.postern.gateway.leaf~full" + NOT_STARTED + "line slow needs ");
        try (var log = LogCapture.start();
                RunningFeature _ = start()) {
            Await.value(
                    PATIENCE,
                    "a line for each of " + expected,
                    () -> log.lines().stream()
                            .filter(line -> line.contains(NOT_STARTED))
                            .toList(),
                    lines -> expected.stream().allMatch(each -> isTold(lines, each)));
            // the gateway tries again, and says so again, when a transport comes after it
            assertThat(log.lines().stream().distinct())
                    .filteredOn(line -> line.contains(NOT_STARTED))
                    .hasSameSizeAs(expected);
            assertThat(log.lines()).noneMatch(line -> line.contains("InvocationTargetException"));
        }
    }

    private static boolean isTold(List<String> lines, String words) {
        return lines.stream().anyMatch(line -> line.contains(words));
    }

    private RunningFeature start() throws Exception {
        Path configuration =
                Files.writeString(directory.resolve("gateway.json"), """
                {
                  "io.postern.gateway": {
                    "idScope": "0ne00000001", "provisioningHost": "provisioning.postern.test",
                    "tokenHost": "tokens.postern.test", "caFile": "/nowhere/ca.pem"
                  },
                  "io.postern.gateway.tpm": { "device": "tcp:127.0.0.1:1" },
                  "io.postern.gateway.store": { "directory": "%s" },
                  "io.postern.gateway.serial~main": { "name": "main", "port": "/dev/nowhere" },
                  "io.postern.gateway.serial~slow": { "name": "slow", "port": "/dev/nothing", "baud": 300 },
                  "io.postern.gateway.leaf~nameless": { "template": "door-contact", "address": "mock:1" },
                  "io.postern.gateway.leaf~duration": {
                    "leaf": "pin-2", "template": "door-contact", "address": "mock:1", "period": "1 s"
                  },
                  "io.postern.gateway.leaf~stranger": { "leaf": "pin-9", "template": "no-such", "address": "mock:1" },
                  "io.postern.gateway.leaf~first": { "leaf": "pin-1", "template": "door-contact", "address": "mock:1" },
                  "io.postern.gateway.leaf~second": { "leaf": "pin-1", "template": "door-contact", "address": "mock:2" },
                  "io.postern.gateway.leaf~unit": {
                    "leaf": "meter-1", "template": "eastron-sdm120", "line": "main", "address": "unit:0"
                  },
                  "io.postern.gateway.leaf~full": {
                    "leaf": "meter-2", "template": "eastron-sdm120", "line": "slow", "address": "unit:1", "period": "100ms"
                  }
                }
                """.formatted(directory.resolve("store")));
        return RunningFeature.start(
                FeatureFile.read(Path.of("target/feature")),
                directory.resolve("framework"),
                Configuration.read(configuration, Optional.empty()));
    }
}
