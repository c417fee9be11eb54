// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Jars of other people's programs, fetched by Maven when they are asked for. They belong to no part of Postern: the pom
 * that names them is written here, into the build folder.
 */
public final class PeerJars {
    private PeerJars() {}

    /**
     * Empty when Maven cannot fetch them; what it said is printed.
     *
     * @param what for people
     * @param name of the folder
     * @param coordinates {@code group:artifact:version}; what they need comes along
     */
    public static Optional<Path> fetch(Path root, String what, String name, String... coordinates)
            throws IOException, InterruptedException {
        Path directory = Files.createDirectories(root.resolve("target/peers").resolve(name));
        Path jars = directory.resolve("jars");
        if (Files.isDirectory(jars)) {
            return Optional.of(jars);
        }
        System.out.println("... fetching " + what + ", once");
        var dependencies = new StringBuilder();
        for (String each : coordinates) {
            String[] part = each.split(":");
            dependencies
                    .append("<dependency><groupId>")
                    .append(part[0])
                    .append("</groupId><artifactId>")
                    .append(part[1])
                    .append("</artifactId><version>")
                    .append(part[2])
                    .append("</version></dependency>");
        }
        Path pom = Files.writeString(directory.resolve("pom.xml"), """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>io.postern.peers</groupId><artifactId>peers</artifactId><version>1</version><packaging>pom</packaging>
                  <dependencies>%s</dependencies>
                </project>
                """.formatted(dependencies));
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
            System.out.println("... " + what + " could not be fetched; measuring without");
            return Optional.empty();
        }
        return Optional.of(Files.move(fresh, jars));
    }
}
