// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The gateways that run on this machine, and who holds a device file.
 *
 * @param proc {@code /proc}; another directory in tests
 */
record RunningGateways(Path proc) {
    private static final String LAUNCHER = "io.postern.launcher.Launcher";
    private static final int MOST_HANDLES = 4096; // of one process that are looked at

    /** A process, by its number and what it is called. */
    record Holder(String number, String name, boolean gateway) {}

    /** Whether one gateway works in the state directory. */
    boolean runs(Path state) {
        return numbers(state).size() == 1;
    }

    /** How many gateways work in the state directory. */
    Finding of(Path state) {
        List<String> numbers = numbers(state);
        return switch (numbers.size()) {
            case 0 ->
                Finding.warning(
                        "no gateway runs in " + state,
                        "Start it: ./postern gateway --config FILE, or systemctl start its service.");
            case 1 -> Finding.good("one gateway runs in " + state + " (process " + numbers.getFirst() + ")");
            default ->
                Finding.fault(
                        numbers.size() + " gateways run in " + state + " (processes " + String.join(", ", numbers)
                                + ")",
                        "End all but one: kill NUMBER. Two on one directory spoil each other's readings.");
        };
    }

    private List<String> numbers(Path state) {
        Path framework = state.resolve("framework").toAbsolutePath().normalize();
        List<String> numbers = new ArrayList<>();
        for (Path process : processes()) {
            List<String> words = words(process);
            if (words.contains(LAUNCHER) && words.stream().anyMatch(word -> isThere(process, word, framework))) {
                numbers.add(process.getFileName().toString());
            }
        }
        return numbers;
    }

    /** Who has the file open, as far as we may see. */
    List<Holder> holders(Path file) {
        List<Holder> holders = new ArrayList<>();
        for (Path process : processes()) {
            try (Stream<Path> handles = Files.list(process.resolve("fd"))) {
                if (handles.limit(MOST_HANDLES).anyMatch(handle -> leadsTo(handle, file))) {
                    List<String> words = words(process);
                    holders.add(new Holder(process.getFileName().toString(), name(process), words.contains(LAUNCHER)));
                }
            } catch (IOException e) {
                continue; // another user's, or gone
            }
        }
        return holders;
    }

    private static boolean leadsTo(Path handle, Path file) {
        try {
            return Files.readSymbolicLink(handle).equals(file.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isThere(Path process, String word, Path framework) {
        if (!word.endsWith("framework")) {
            return false;
        }
        try {
            Path place = Path.of(word).isAbsolute()
                    ? Path.of(word)
                    : Files.readSymbolicLink(process.resolve("cwd")).resolve(word);
            return place.normalize().equals(framework);
        } catch (IOException e) {
            return false;
        }
    }

    private static String name(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static List<String> words(Path process) {
        try {
            return List.of(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                    .split("\0"));
        } catch (IOException e) {
            return List.of();
        }
    }

    private List<Path> processes() {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(proc, "[0-9]*")) {
            found.forEach(all::add);
        } catch (IOException e) {
            return List.of();
        }
        return all;
    }
}
