// SPDX-License-Identifier: Apache-2.0
package io.postern.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureFileTest {
    @TempDir
    private Path directory;

    @Test
    void namesEveryJarOfTheRepositoryAndStartsTheLogServiceFirst() throws IOException {
        jar("io/postern/io.postern.wire/0.1.0-SNAPSHOT/io.postern.wire-0.1.0-SNAPSHOT.jar");
        jar("org/apache/felix/org.apache.felix.log/1.3.0/org.apache.felix.log-1.3.0.jar");
        jar("com/fazecast/jSerialComm/2.11.4/jSerialComm-2.11.4.jar");

        FeatureFile.assemble(directory, "io.postern:feature-x:0.1.0");
        FeatureFile read = FeatureFile.read(directory);

        assertThat(read.ids())
                .containsExactly(
                        "org.apache.felix:org.apache.felix.log:1.3.0",
                        "com.fazecast:jSerialComm:2.11.4",
                        "io.postern:io.postern.wire:0.1.0-SNAPSHOT");
        assertThat(read.jars()).allSatisfy(each -> assertThat(each).isRegularFile());
    }

    @Test
    void saysWhatToDoWhenThereIsNoFeature() {
        assertThatThrownBy(() -> FeatureFile.read(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("./postern build");
    }

    @Test
    void refusesAFeatureFileItDidNotWrite() throws IOException {
        Files.writeString(directory.resolve("feature.json"), "{\"bundles\":[{\"id\":\"a:b:c\"}]}");

        assertThatThrownBy(() -> FeatureFile.read(directory)).hasMessageContaining("names no bundle");
    }

    private void jar(String path) throws IOException {
        Path jar = directory.resolve("repository").resolve(path);
        Files.createDirectories(jar.getParent());
        Files.createFile(jar);
    }
}
