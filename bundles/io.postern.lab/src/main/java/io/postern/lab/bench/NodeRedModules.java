// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Node-RED and its Modbus nodes, installed once into {@code target/peers} by npm; they are no part of the product. */
public final class NodeRedModules {
    private static final int PATIENCE_MINUTES = 5; // some 300 packages
    // the nodes name a copy of modbus-serial that only its maker's own server has; the original is the same code
    private static final String WANTED = """
            {"name":"bench-peer","private":true,
             "dependencies":{"node-red":"4.1.15","node-red-contrib-modbus":"5.45.2"},
             "overrides":{"@openp4nr/modbus-serial":"npm:modbus-serial@8.0.19"}}
            """;

    private NodeRedModules() {}

    /** Where they are; empty, with a line on the screen, when they cannot be had. */
    public static Optional<Path> fetch(Path root) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(root.resolve("target/peers/node-red"));
        Path complete = directory.resolve("complete");
        if (Files.exists(complete)) {
            return Optional.of(directory);
        }
        System.out.println("... fetching Node-RED with npm");
        Files.writeString(directory.resolve("package.json"), WANTED);
        Path log = directory.resolve("npm.log");
        try {
            Process npm = new ProcessBuilder(List.of("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"))
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (npm.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES) && npm.exitValue() == 0) {
                Files.createFile(complete);
                return Optional.of(directory);
            }
            npm.destroy();
            System.out.println("... without Node-RED: npm could not install it, see " + log);
        } catch (IOException e) {
            System.out.println("... without Node-RED: there is no npm here (" + e.getMessage() + ")");
        }
        return Optional.empty();
    }
}
