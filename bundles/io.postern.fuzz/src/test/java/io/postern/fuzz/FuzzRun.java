// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code ./postern fuzz}: one target after the other, each in a process of its own, with a line of what came of it. */
public final class FuzzRun {
    private static final String USAGE = "usage: ./postern fuzz [TARGET...] [--seconds N]\n  targets: ";
    private static final int SECONDS = 30;
    private static final Duration STARTING = Duration.ofMinutes(2); // on a busy machine, beside the time to fuzz
    private static final Pattern RUNS = Pattern.compile("(?m)^#(\\d+)\\s");
    private static final Pattern FINDING = Pattern.compile("(?m)^== (.*)$");

    private final Path module;
    private final int seconds;

    private FuzzRun(Path root, int seconds) {
        this.module = root.resolve("bundles").resolve("io.postern.fuzz");
        this.seconds = seconds;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        List<Target> targets = new ArrayList<>();
        int seconds = SECONDS;
        if (List.of(args).contains("--help")) {
            System.out.println(usage());
            return;
        }
        try {
            for (int i = 0; i < args.length; i++) {
                if (args[i].equals("--seconds") && i + 1 < args.length) {
                    seconds = Math.max(1, Integer.parseInt(args[++i]));
                } else {
                    String name = args[i];
                    targets.add(Target.named(name)
                            .orElseThrow(() -> new IllegalArgumentException("there is no target \"" + name + "\"")));
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(usage());
            System.exit(2);
        }
        var run = new FuzzRun(Path.of(System.getProperty("postern.root")), seconds);
        int findings = 0;
        for (Target target : targets.isEmpty() ? List.of(Target.values()) : targets) {
            findings += run.fuzz(target) ? 0 : 1;
        }
        System.exit(findings == 0 ? 0 : 1);
    }

    private static String usage() {
        return USAGE + Arrays.stream(Target.values()).map(Target::text).collect(Collectors.joining(" "));
    }

    /** Whether it kept its promises. */
    private boolean fuzz(Target target) throws IOException, InterruptedException {
        Path found =
                Files.createDirectories(module.resolve("target").resolve("fuzz").resolve(target.text()));
        Path grown = Files.createDirectories(found.resolve("corpus"));
        Path log = found.resolve("log");
        Process process = new ProcessBuilder(command(target, found, grown))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(seconds + STARTING.toSeconds(), TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        String said = Files.readString(log);
        long runs = RUNS.matcher(said)
                .results()
                .mapToLong(match -> Long.parseLong(match.group(1)))
                .max()
                .orElse(0);
        boolean good = ended && process.exitValue() == 0 && runs > 0;
        System.out.printf("%-18s %12d executions  %s%n", target.text(), runs, good ? "no finding" : finding(said, log));
        return good;
    }

    private static String finding(String said, Path log) {
        String what = FINDING.matcher(said)
                .results()
                .findFirst()
                .map((MatchResult match) -> match.group(1))
                .orElse("it ended early");
        return "FINDING: " + what + "; see " + log + ", and copy the crash-* file beside it into src/test/corpus";
    }

    private List<String> command(Target target, Path found, Path grown) {
        Path seeds = module.resolve("src/test/corpus").resolve(target.text());
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+EnableDynamicAgentLoading", // Jazzer instruments what it fuzzes
                "-XX:+UseSerialGC",
                "-Xmx512m", // what needs more for one input is a finding
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dpostern.fuzz.seeds=" + seeds,
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Fuzz.class.getName(),
                "--target_args=" + target.text(),
                "--instrumentation_includes=io.postern.**:org.apache.qpid.**:org.eclipse.parsson.**",
                // its check of Unsafe breaks the start of Netty, and neither is what we look for flaws in
                "--custom_hook_excludes=io.netty.**:io.vertx.**",
                "--reproducer_path=" + found,
                grown.toString(),
                seeds.toString(),
                "-artifact_prefix=" + found + "/",
                "-max_total_time=" + seconds,
                "-timeout=5", // seconds for one input
                "-rss_limit_mb=2048");
    }
}
