// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A folder in which somebody types commands; {@code ./postern} is in it. */
final class WorkFolder {
    private final Path folder;
    private final Map<String, String> environment = new HashMap<>(Map.of("POSTERN_BUILT", "yes"));

    record Shown(int exit, String text) {
        /** What was printed, when the command did what it should. */
        String must() {
            if (exit != 0) {
                throw new AssertionError("exit code " + exit + ": " + text);
            }
            return text;
        }
    }

    /** @param root the project's folder, which holds {@code postern} */
    WorkFolder(Path root, Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        Files.createSymbolicLink(folder.resolve("postern"), root.resolve("postern"));
    }

    /** Sets a variable for all that is typed here. */
    WorkFolder with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    Path write(String name, String text) throws IOException {
        return Files.writeString(file(name), text);
    }

    Shown type(List<String> command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close(); // nobody answers a question
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Shown(process.waitFor(), text);
    }
}
