// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.support;

import io.postern.ctl.Output;
import io.postern.ctl.doctor.Doctor;
import io.postern.ctl.local.ControlClient;
import io.postern.launcher.Configuration;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** {@code postern support}: all that helps somebody elsewhere to understand a gateway, in one file, without secrets. */
@Command(
        name = "postern support",
        description = "Puts what helps somebody elsewhere into one file, without secrets; says what is inside first.",
        footer = {"", "It works with and without a running gateway. Exit code 1 when the file cannot be written."})
public final class Support implements Callable<Integer> {
    private static final int LARGEST_PART = 256 << 10; // a day of milestones; a mail takes 10 MB of such parts
    private static final int MOST_LINES = 200;
    /** What the running gateway is asked, and where the answer goes. */
    private static final Map<String, String> QUESTIONS = new TreeMap<>(Map.of(
            "health.show", "health.json",
            "leaf.list", "leaves.json",
            "bus.lines", "lines.json",
            "bus.ports", "ports.json",
            "bundle.list", "bundles.json",
            "metrics.show", "metrics.txt",
            "log.tail", "log.txt"));

    private final Output output;
    private final InstantSource clock;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "The gateway's configuration.")
    private Path config = Path.of("");

    @Option(names = "--device", paramLabel = "DIR", description = "The folder that the factory made for it.")
    private Optional<Path> device = Optional.empty();

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Its state directory, when it is not where its configuration is.")
    private Optional<Path> state = Optional.empty();

    @Option(names = "--hosts", paramLabel = "FILE", description = "Names for the gateway, as given to postern gateway.")
    private Optional<Path> hosts = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "The file to write; postern-support-TIME.zip here, if it is not said. Never one that is there.")
    private Optional<Path> out = Optional.empty();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    private Support(Output output, InstantSource clock) {
        this.output = output;
        this.clock = clock;
    }

    public static void main(String[] arguments) {
        System.exit(run(Output.ofProcess(System.getenv()), InstantSource.system(), arguments));
    }

    /** Runs the command and answers its exit code. */
    public static int run(Output output, InstantSource clock, String... arguments) {
        return new CommandLine(new Support(output, clock))
                .setOut(output.out())
                .setErr(output.err())
                .setExecutionExceptionHandler((failure, _, _) -> {
                    output.err().println(failure.getMessage());
                    return ExitCode.SOFTWARE;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Path file = out.orElse(Path.of("postern-support-" + now.toString().replace(":", "") + ".zip"));
        Optional<JsonObject> configuration = configuration();
        Redaction redaction = Redaction.of(secrets(configuration));
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("versions.txt", versions(now));
        parts.put(
                "configuration.json",
                configuration
                        .map(json -> Json.pretty(redaction.configuration(json)))
                        .orElse("the configuration " + config + " cannot be read\n"));
        parts.put("doctor.txt", doctor());
        running(configuration, parts);
        named(configuration, "stateFile").ifPresent(path -> parts.put("state.json", tail(path)));
        named(configuration, "timelineFile").ifPresent(path -> parts.put("timeline.jsonl", tail(path)));
        parts.replaceAll((_, text) -> bounded(redaction.text(text)));

        output.out().println(file + " will hold, without keys, tokens and passwords:");
        parts.forEach((name, text) -> output.out().println("  " + name + "  " + text.length() + " characters"));
        write(file, parts);
        output.out().println("Written, for you alone to read. Look into it before you pass it on: unzip -p " + file);
        return ExitCode.OK;
    }

    private Optional<JsonObject> configuration() {
        try {
            return Optional.of(Json.parseObject(Configuration.read(config, device)));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty(); // the doctor says why
        }
    }

    /** All files that any configuration names but those of certificates, and those of the device. */
    private List<Path> secrets(Optional<JsonObject> configuration) {
        Set<String> open = Set.of("caFile", "certificateFile", "trustSignerFile", "stateFile", "timelineFile");
        List<Path> files = new ArrayList<>();
        configuration.ifPresent(json -> json.values().forEach(section -> {
            if (section instanceof JsonObject members) {
                members.forEach((key, value) -> {
                    if (key.endsWith("File") && !open.contains(key) && value instanceof JsonString path) {
                        files.add(Path.of(path.getString()));
                    }
                });
            }
        }));
        device.ifPresent(folder -> files.add(folder.resolve("device.key")));
        return files;
    }

    private Path stateDirectory() {
        return state.orElse(config.toAbsolutePath().resolveSibling(""));
    }

    private String doctor() {
        var text = new StringWriter();
        var writer = new PrintWriter(text, true);
        List<String> arguments = new ArrayList<>(List.of(
                "--config", config.toString(), "--state", stateDirectory().toString()));
        device.ifPresent(folder -> arguments.addAll(List.of("--device", folder.toString())));
        hosts.ifPresent(names -> arguments.addAll(List.of("--hosts", names.toString())));
        Doctor.run(new Output(writer, writer, 100), clock, arguments.toArray(String[]::new));
        return text.toString();
    }

    private void running(Optional<JsonObject> configuration, Map<String, String> parts) {
        Path socket = named(configuration, "controlDirectory")
                .orElseGet(() -> stateDirectory().resolve("control"))
                .resolve("socket");
        try (var client = ControlClient.open(socket)) {
            for (Map.Entry<String, String> question : QUESTIONS.entrySet()) {
                parts.put(question.getValue(), ask(client, question.getKey()));
            }
        } catch (IOException e) {
            parts.put("running.txt", "the gateway was not asked: " + e.getMessage() + "\n");
        }
    }

    /** One that an older gateway does not know costs nothing but its part. */
    private static String ask(ControlClient client, String question) {
        try {
            JsonObject answer = client.call(question, Json.object().build(), _ -> {});
            return switch (question) {
                case "metrics.show" -> Json.requireText(answer, "text");
                case "log.tail" ->
                    answer.getJsonArray("lines").getValuesAs(JsonString.class).stream()
                            .map(JsonString::getString)
                            .collect(Collectors.joining("\n", "", "\n"));
                default -> Json.pretty(answer);
            };
        } catch (IOException | RuntimeException e) {
            return "not answered: " + e.getMessage() + "\n";
        }
    }

    private static Optional<Path> named(Optional<JsonObject> configuration, String key) {
        return configuration
                .flatMap(json -> Json.object(json, "io.postern.gateway"))
                .flatMap(core -> Json.text(core, key))
                .filter(text -> !text.isBlank())
                .map(Path::of);
    }

    private static String tail(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            List<String> all = new ArrayList<>();
            lines.forEach(line -> {
                if (all.size() == MOST_LINES) {
                    all.removeFirst();
                }
                all.add(line);
            });
            return String.join("\n", all) + "\n";
        } catch (IOException | java.io.UncheckedIOException e) {
            return "cannot be read: " + e.getMessage() + "\n";
        }
    }

    private static String bounded(String text) {
        return text.length() <= LARGEST_PART ? text : "...\n" + text.substring(text.length() - LARGEST_PART);
    }

    private static String versions(Instant now) {
        return "made: " + now + "\njava: " + Runtime.version() + " " + System.getProperty("java.vendor", "")
                + "\nsystem: " + System.getProperty("os.name", "") + " " + System.getProperty("os.version", "") + " "
                + System.getProperty("os.arch", "") + "\nprocessors: "
                + Runtime.getRuntime().availableProcessors() + "\n";
    }

    private static void write(Path file, Map<String, String> parts) throws IOException {
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (OutputStream to = Channels.newOutputStream(Files.newByteChannel(
                        file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owner));
                var zip = new ZipOutputStream(to, StandardCharsets.UTF_8)) {
            for (Map.Entry<String, String> part : parts.entrySet()) {
                zip.putNextEntry(new ZipEntry(part.getKey()));
                zip.write(part.getValue().getBytes(StandardCharsets.UTF_8));
            }
        } catch (FileAlreadyExistsException e) {
            throw new IOException(file + " is there already: name another with --out", e);
        } catch (IOException e) {
            throw new IOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
