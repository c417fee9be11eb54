// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.load;

import io.postern.ctl.CloudConnection;
import io.postern.ctl.local.ControlClient;
import io.postern.gateway.load.LoadLedger;
import io.postern.lab.Child;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.Step;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A gateway process as it is shipped, with the bundle that makes readings. It can be killed and started again on the
 * same directory; the account of what it had accepted goes on.
 */
public final class LoadedGateway implements AutoCloseable {
    private final Plan plan;
    private final Child process;
    private final long already;

    /**
     * What is started.
     *
     * @param directory of the gateway's state, its own
     * @param streams independent sequences of each leaf
     * @param further configurations, which win over those made here
     * @param javaOptions for the gateway's JVM beside its own
     * @param place where it runs
     */
    public record Plan(
            Path root,
            LabCloud cloud,
            Crew crew,
            Path directory,
            int streams,
            JsonObject further,
            List<String> javaOptions,
            Place place) {
        public Plan {
            javaOptions = List.copyOf(javaOptions);
        }

        /** On this machine like everything else. */
        public Plan(
                Path root,
                LabCloud cloud,
                Crew crew,
                Path directory,
                int streams,
                JsonObject further,
                List<String> javaOptions) {
            this(root, cloud, crew, directory, streams, further, javaOptions, Place.HERE);
        }

        private Path hosts() {
            return place.hosts().orElseGet(() -> cloud.connection().hostsFile().orElseThrow());
        }

        public Path ledger() {
            return directory.resolve("ledger");
        }

        private Path timeline() {
            return directory.resolve("timeline.jsonl");
        }

        private JsonObject configuration(String begin) {
            CloudConnection at = cloud.connection();
            String ca = at.caFile().orElseThrow().toString();
            JsonObjectBuilder core = Json.object()
                    .add("idScope", at.idScope().orElseThrow())
                    .add("provisioningHost", at.provisioningHost().orElseThrow())
                    .add("provisioningPort", at.httpsPort())
                    .add("tokenHost", at.tokenHost().orElseThrow())
                    .add("tokenPort", at.httpsPort())
                    .add("caFile", ca)
                    .add("hubPorts", cloud.hubPorts())
                    .add("identity", "symmetric-key")
                    .add("registrationId", crew.name())
                    .add("keyFile", crew.keyFile().toString())
                    .add("leaves", crew.list())
                    .add("timelineFile", timeline().toString())
                    .add("stateFile", directory.resolve("state.json").toString());
            JsonObjectBuilder all = Json.object()
                    .add("io.postern.gateway", core)
                    .add("io.postern.gateway.store", Json.object().add("directory", directory.toString()))
                    .add(
                            "io.postern.gateway.load",
                            Json.object()
                                    .add("ledger", ledger().toString())
                                    .add("prefix", crew.prefix())
                                    .add("leaves", crew.leaves())
                                    .add("streams", streams)
                                    .add("begin", begin));
            JsonObject made = all.build();
            JsonObjectBuilder merged = Json.object(made);
            further.forEach((pid, keys) -> {
                JsonObjectBuilder one = Json.object(Json.object(made, pid).orElse(JsonObject.EMPTY_JSON_OBJECT));
                keys.asJsonObject().forEach(one::add);
                merged.add(pid, one);
            });
            return merged.build();
        }
    }

    /**
     * Where a gateway runs.
     *
     * @param hosts the names it can look up; empty for those of the cloud
     * @param within the words before its command, {@code ip netns exec NAME} for example
     */
    public record Place(Optional<Path> hosts, List<String> within) {
        public static final Place HERE = new Place(Optional.empty(), List.of());

        public Place {
            within = List.copyOf(within);
        }

        /** @param address where somebody stands before the cloud who passes everything on to it */
        public static Place behind(LabCloud cloud, String address, Path hosts) throws IOException {
            return new Place(Optional.of(Files.writeString(hosts, names(cloud, address))), List.of());
        }

        /** The cloud's names, all at {@code address}, as a hosts file. */
        public static String names(LabCloud cloud, String address) throws IOException {
            var text = new StringBuilder("127.0.0.1 localhost\n");
            for (String line : Files.readAllLines(cloud.connection().hostsFile().orElseThrow())) {
                if (!line.isBlank() && !line.endsWith(" localhost")) {
                    text.append(address)
                            .append(line.substring(line.indexOf(' ')))
                            .append('\n');
                }
            }
            return text.toString();
        }
    }

    private LoadedGateway(Plan plan, Child process) throws IOException {
        this.plan = plan;
        this.process = process;
        this.already = lines(plan.timeline()).size();
    }

    /**
     * Starts it; what it had stored in its directory is there again.
     *
     * @param begin {@code full} or readings a second, to begin at once; empty waits for {@link #load}
     */
    public static LoadedGateway start(Plan plan, String begin) throws LabException {
        return start(plan, begin, Map.of());
    }

    /** @param environment of the gateway's process beside this one's */
    public static LoadedGateway start(Plan plan, String begin, Map<String, String> environment) throws LabException {
        Map<String, String> all = new HashMap<>(environment);
        try {
            Files.createDirectories(plan.directory());
            Path feature = LoadedFeature.assemble(plan.root(), plan.directory().resolve("feature"));
            Path configuration =
                    Files.writeString(plan.directory().resolve("gateway.json"), Json.pretty(plan.configuration(begin)));
            all.put("POSTERN_GATEWAY_FEATURE", feature.toString());
            all.put("POSTERN_GATEWAY_OPTIONS", String.join(" ", plan.javaOptions()));
            Child process = Child.verbWithin(
                    plan.place().within(),
                    plan.root(),
                    "gateway",
                    plan.directory().resolve("gateway.log"),
                    all,
                    "--config",
                    configuration.toString(),
                    "--state",
                    plan.directory().toString(),
                    "--hosts",
                    plan.hosts().toString());
            return new LoadedGateway(plan, process);
        } catch (IOException e) {
            throw new LabException("the gateway does not start: " + e.getMessage(), e);
        }
    }

    public Child process() {
        return process;
    }

    public Crew crew() {
        return plan.crew();
    }

    /** Returns when every leaf has a session with the hub. */
    public void awaitConnected(Duration patience) throws IOException, LabException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (reached("LEAF_CONNECTED") < plan.crew().leaves()) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new LabException("only " + reached("LEAF_CONNECTED") + " of "
                        + plan.crew().leaves() + " leaves have a session. The end of the gateway's log:\n"
                        + process.lastWords(15));
            }
            Child.pause();
        }
    }

    /** How often this start has told a milestone. */
    public long reached(String milestone) throws IOException {
        return lines(plan.timeline()).stream()
                .skip(already)
                .map(Step::parse)
                .filter(step -> step.name().equals(milestone))
                .count();
    }

    /**
     * Begins to offer readings.
     *
     * @param perSecond of all leaves together; 0 for as many as are taken
     * @param total after which it ends; 0 for never
     */
    public void load(double perSecond, long total) throws IOException {
        load(perSecond, total, 0);
    }

    /** @param leaves of the first so many alone; 0 for all */
    public void load(double perSecond, long total, int leaves) throws IOException {
        command(
                "load.start",
                Json.object()
                        .add("perSecond", perSecond)
                        .add("total", total)
                        .add("leaves", leaves)
                        .build());
    }

    /** Ends the load; returns what it has done. */
    public JsonObject rest() throws IOException {
        return command("load.stop", JsonObject.EMPTY_JSON_OBJECT);
    }

    /** What the load has done: {@code running}, {@code accepted}, {@code refused}, {@code p50Micros} and so on. */
    public JsonObject status() throws IOException {
        return command("load.status", JsonObject.EMPTY_JSON_OBJECT);
    }

    /** Any command of the gateway's control socket. */
    public JsonObject command(String name, JsonObject arguments) throws IOException {
        try (ControlClient client =
                ControlClient.open(plan.directory().resolve("control").resolve("socket"))) {
            return client.call(name, arguments, step -> {});
        }
    }

    /** What was accepted so far, over all starts; can be read after a kill as well. */
    public LoadLedger.Account account() throws IOException {
        return LoadLedger.read(plan.ledger());
    }

    /** As a power cut would. */
    public void kill() {
        process.kill();
    }

    @Override
    public void close() {
        process.close();
    }

    /** Whole lines only: the gateway may be writing the last one. */
    private static List<String> lines(Path file) throws IOException {
        try {
            String text = Files.readString(file);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        } catch (NoSuchFileException notYet) {
            return List.of();
        }
    }
}
