// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class MissionListenerTest {
    @TempDir
    Path directory;

    @Test
    void eachTaggedMethodIsRecordedOnceWithItsWorstOutcome() throws IOException {
        var launcher = LauncherFactory.create(LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .addTestExecutionListeners(new MissionListener(directory))
                .build());

        launcher.execute(LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(Sample.class), selectClass(Broken.class))
                .build());

        assertThat(lines())
                .containsExactlyInAnyOrder(
                        "ABC-1\t" + Sample.class.getName() + "#passes\tpassed",
                        "ABC-1\t" + Sample.class.getName() + "#failsOnce\tfailed",
                        "ABC-2\t" + Sample.class.getName() + "#failsOnce\tfailed",
                        "ABC-1\t" + Sample.class.getName() + "#isOff\tskipped",
                        "ABC-3\t" + Broken.class.getName() + "#neverRuns\tfailed");
    }

    private List<String> lines() throws IOException {
        try (var files = Files.list(directory)) {
            return Files.readAllLines(files.findFirst().orElseThrow());
        }
    }

    @Tag("ABC-1")
    static class Sample {
        @Test
        @Tag("slow")
        void passes() {}

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3})
        @Tag("ABC-2")
        void failsOnce(int number) {
            assertThat(number).isNotEqualTo(2);
        }

        @Test
        @Disabled("to be recorded as skipped")
        void isOff() {}
    }

    static class Broken {
        @org.junit.jupiter.api.BeforeAll
        static void fails() {
            assertThat("no test of this class can run").isEmpty();
        }

        @Test
        @Tag("ABC-3")
        void neverRuns() {}
    }
}
