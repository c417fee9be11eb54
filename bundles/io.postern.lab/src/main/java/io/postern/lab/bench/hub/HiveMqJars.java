// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The jars of HiveMQ CE (Apache-2.0), fetched by Maven when they are asked for. They belong to no part of Postern: the
 * pom that names them is written here, into the build folder.
 */
final class HiveMqJars {
    private static final String VERSION = "2025.5";

    private HiveMqJars() {}

    /** Empty when Maven cannot fetch them; what it said is printed. */
    static Optional<Path> fetch(Path root) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(root.resolve("target/peers/hivemq-" + VERSION));
        Path jars = directory.resolve("jars");
        if (Files.isDirectory(jars)) {
            return Optional.of(jars);
        }
        System.out.println("... fetching HiveMQ CE " + VERSION + " (100 MB, once)");
        Path pom = Files.writeString(directory.resolve("pom.xml"), """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>io.postern.peers</groupId><artifactId>hivemq</artifactId><version>1</version><packaging>pom</packaging>
                  <dependencies><dependency>
                    <groupId>com.hivemq</groupId><artifactId>hivemq-community-edition-embedded</artifactId><version>%s</version>
                  </dependency></dependencies>
                </project>
                """.formatted(VERSION));
        Path fresh = directory.resolve("jars.new");
        Process maven = new ProcessBuilder(
                        "mvn",
                        "-q",
                        "-B",
                        "-f",
                        pom.toString(),
                        "dependency:copy-dependencies",
                        "-DincludeScope=runtime",
                        "-DoutputDirectory=" + fresh)
                .inheritIO()
                .start();
        if (maven.waitFor() != 0) {
            System.out.println("... HiveMQ CE could not be fetched; measuring without it");
            return Optional.empty();
        }
        return Optional.of(Files.move(fresh, jars));
    }
}
