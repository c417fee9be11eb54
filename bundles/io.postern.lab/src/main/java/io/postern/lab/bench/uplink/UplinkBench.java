// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.uplink;

import io.postern.ctl.EventStream;
import io.postern.ctl.ServiceException;
import io.postern.ctl.TelemetryEvent;
import io.postern.gateway.load.LoadLedger;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.Bench;
import io.postern.lab.bench.Figure;
import io.postern.lab.bench.NodeRedModules;
import io.postern.lab.bench.PeerJars;
import io.postern.lab.load.Crew;
import io.postern.lab.load.LoadedGateway;
import io.postern.lab.load.Seen;
import io.postern.testkit.FaultProxy;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.NetworkFault;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What the way from a reading to the hub takes. The cloud side is a process of its own, each contender another; they take
 * turns in each round. What was acknowledged is counted at the hub; in the end all that our gateways had accepted must
 * have come out of it.
 */
@Command(
        name = "uplink",
        mixinStandardHelpOptions = true,
        description = "Readings a second, durable first; time on a core, memory and latency, for many leaves.")
public final class UplinkBench implements Callable<Integer> {
    private static final int MOST_SINGLE = 100; // clients of one identity each in a JVM: nine threads each
    private static final int READINGS_AT_ONCE =
            1000; // offered by as many sources, or the wait for the disk is measured
    private static final int MOST_STREAMS = 64; // of a leaf: its account keeps one number for each
    private static final Duration QUIET_STREAM = Duration.ofSeconds(2);
    private static final double QUIET = 0.15; // cores that others may keep busy in a round that counts

    @Option(
            names = "--leaves",
            split = ",",
            defaultValue = "1,100,500",
            description = "Identities, in turns (default ${DEFAULT-VALUE}).")
    private List<Integer> leaves = List.of();

    @Option(
            names = "--transports",
            split = ",",
            defaultValue = "mqtt,amqp",
            description = "Of the gateway (default ${DEFAULT-VALUE}).")
    private List<String> transports = List.of();

    @Option(names = "--rounds", defaultValue = "3", description = "Measured rounds (default ${DEFAULT-VALUE}).")
    private int rounds = 3;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "Of each part of a round (default ${DEFAULT-VALUE}).")
    private int seconds = 10;

    @Option(names = "--settle", defaultValue = "10", description = "Seconds before the idle memory is looked at.")
    private int settle = 10;

    @Option(names = "--rate", defaultValue = "1000", description = "Readings a second of the paced part.")
    private double rate = 1000;

    @Option(
            names = "--trip",
            defaultValue = "0",
            paramLabel = "MS",
            description =
                    "Round trip between the gateways and the hub; others' clients have none (default ${DEFAULT-VALUE}).")
    private int trip;

    @Option(
            names = "--java",
            paramLabel = "FLAG",
            description = "A further flag for the gateway's JVM; may be repeated.")
    private List<String> flags = new ArrayList<>();

    @Option(names = "--alone", description = "Without other people's clients.")
    private boolean alone;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures for a program.")
    private @Nullable Path json;

    private final Map<Contender, List<Trial.Result>> results = new LinkedHashMap<>();
    private final Map<Contender, Seen> seen = new LinkedHashMap<>();
    private final Map<Gateway, Seen> audits = new LinkedHashMap<>();
    private Optional<FaultProxy> link = Optional.empty();
    private long audited; // sequence number of the next event to be looked at

    @Override
    public Integer call() throws IOException, LabException, InterruptedException {
        Path root = Path.of(System.getProperty("postern.root"));
        Path directory = Path.of(System.getProperty("postern.lab"));
        System.out.println("load before: " + Bench.load());
        boolean good;
        try (LabCloud cloud = LabCloud.start(root, directory, "127.0.0.1", OptionalInt.of(1_000_000));
                HubCount count = HubCount.open(cloud)) {
            List<Contender> contenders = gateways(root, cloud, directory);
            if (!alone) {
                contenders.addAll(peers(root, cloud, directory.resolve("peers")));
            }
            var trial = new Trial(cloud, count, Duration.ofSeconds(settle), seconds, rate);
            for (int round = 1; round <= rounds; round++) {
                for (Contender contender : contenders) {
                    attempt(trial, contender, round);
                    audit(cloud);
                }
            }
            good = nothingIsMissing();
        } catch (ServiceException e) {
            throw new LabException("the hub's events cannot be followed: " + e.getMessage(), e);
        } finally {
            link.ifPresent(FaultProxy::close);
        }
        System.out.println("load after: " + Bench.load());
        report();
        return good ? 0 : 1;
    }

    private List<Contender> gateways(Path root, LabCloud cloud, Path directory) throws IOException, LabException {
        List<Contender> contenders = new ArrayList<>();
        LoadedGateway.Place place = place(cloud, directory);
        for (String transport : transports) {
            for (int number : leaves) {
                String name = transport + number;
                System.out.println("... enrolling " + name);
                Crew crew = Crew.enroll(cloud, name, number, directory.resolve("keys"));
                int streams = streams(number);
                var plan = new LoadedGateway.Plan(
                        root, cloud, crew, directory.resolve(name), streams, over(transport), flags, place);
                var gateway = new Gateway(transport, plan);
                contenders.add(gateway);
                seen.put(gateway, new Seen(crew, streams * number));
                audits.put(gateway, new Seen(crew, streams * number));
            }
        }
        return contenders;
    }

    /** Behind a link as long as {@code --trip} says. */
    private LoadedGateway.Place place(LabCloud cloud, Path directory) throws IOException {
        if (trip == 0) {
            return LoadedGateway.Place.HERE;
        }
        var satellite = new FaultProxy(
                LoopbackAddress.random(),
                cloud.address().getHostAddress(),
                cloud.connection().httpsPort(),
                cloud.mqttPort(),
                cloud.amqpPort());
        link = Optional.of(satellite);
        satellite.make(new NetworkFault.Delay(Duration.ofMillis(trip / 2)));
        return LoadedGateway.Place.behind(cloud, satellite.address(), directory.resolve("link.hosts"));
    }

    private List<Contender> peers(Path root, LabCloud cloud, Path directory)
            throws IOException, LabException, InterruptedException {
        List<Contender> peers = new ArrayList<>();
        Optional<Path> jars = PeerJars.fetch(
                root,
                "Paho and the vendor's device client",
                "uplink",
                "org.eclipse.paho:org.eclipse.paho.client.mqttv3:1.2.5",
                "com.microsoft.azure.sdk.iot:iot-device-client:2.5.0",
                "org.slf4j:slf4j-nop:2.0.17");
        if (jars.isPresent()) {
            OptionalInt port = OptionalInt.of(cloud.connection().mqttPort());
            for (int number : leaves) {
                if (number <= MOST_SINGLE) {
                    for (String kind : List.of("paho-file", "paho-memory")) {
                        Crew crew = Crew.ofTheirOwn(cloud, kind + number, number, directory);
                        peers.add(new Peer(
                                kind.equals("paho-file") ? "Paho, file store, mqtt" : "Paho, memory, mqtt",
                                kind.equals("paho-file") ? "files, not synced" : "memory",
                                crew,
                                cloud,
                                directory.resolve(kind + number),
                                Peer.java(root, jars.get(), cloud, kind, port)));
                    }
                }
                if (cloud.hasStandardPorts()) {
                    String kind = number > MOST_SINGLE ? "azure-multiplexed" : "azure-mqtt";
                    List<String> kinds =
                            number == MOST_SINGLE ? List.of("azure-mqtt", "azure-multiplexed") : List.of(kind);
                    for (String each : kinds) {
                        Crew crew = Crew.ofTheirOwn(cloud, each + number, number, directory);
                        peers.add(new Peer(
                                each.equals("azure-mqtt")
                                        ? "official device client, mqtt"
                                        : "official device client, multiplexed, amqp",
                                "memory",
                                crew,
                                cloud,
                                directory.resolve(each + number),
                                Peer.java(root, jars.get(), cloud, each, port)));
                    }
                }
            }
        }
        Optional<Path> nodeRed = NodeRedModules.fetch(root);
        if (nodeRed.isPresent()) {
            for (int number :
                    leaves.stream().filter(each -> each <= MOST_SINGLE).toList()) {
                Crew crew = Crew.ofTheirOwn(cloud, "node-red" + number, number, directory);
                peers.add(new Peer(
                        "Node-RED, mqtt",
                        "memory",
                        crew,
                        cloud,
                        directory.resolve("node-red" + number),
                        new NodeRedFlow(nodeRed.get(), cloud)));
            }
        }
        if (!cloud.hasStandardPorts()) {
            System.out.println("... without the official device client: it has fixed ports, and they are taken");
        }
        return peers;
    }

    /** Of each leaf, so that the load as a whole does not wait for one reading after the other. */
    static int streams(int leaves) {
        return Math.clamp(READINGS_AT_ONCE / leaves, 1, MOST_STREAMS);
    }

    static JsonObject over(String transport) {
        return Json.object()
                .add(
                        "io.postern.gateway",
                        Json.object().add("hubTransports", Json.array().add(transport)))
                .build();
    }

    /** A contender that fails is told and left out of this round; the others go on. */
    private void attempt(Trial trial, Contender contender, int round)
            throws IOException, InterruptedException, ServiceException {
        String who = contender.name() + ", " + contender.crew().leaves();
        try {
            Trial.Result result = trial.run(contender, seenOf(contender));
            results.computeIfAbsent(contender, any -> new ArrayList<>()).add(result);
            System.out.printf(
                    Locale.ROOT,
                    "round %d: %s: %.0f/s (taken %.0f/s), %.0f ms for 1,000 (hub %.0f); at %.0f/s %.0f ms, %.2f wakes each, %.1f MB, p50 %.1f"
                            + " p99 %.1f ms; idle %.1f MB, %.1f ms/s; others %.2f cores%s; load %s%n",
                    round,
                    who,
                    result.rate(),
                    result.taken(),
                    result.cpuFull(),
                    result.hubFull(),
                    result.pacedRate(),
                    result.cpuPaced(),
                    result.wakes(),
                    result.paced(),
                    result.p50(),
                    result.p99(),
                    result.idle(),
                    result.cpuIdle(),
                    result.others(),
                    result.others() > QUIET ? " DISTURBED" : "",
                    Bench.load());
        } catch (LabException e) {
            System.out.println("round " + round + ": " + who + " FAILED: " + e.getMessage());
        }
    }

    private Seen seenOf(Contender contender) {
        return seen.computeIfAbsent(
                contender, each -> new Seen(each.crew(), each.crew().leaves()));
    }

    /** Takes in what came out of the hub since the last time: it keeps a million, others' readings among them. */
    private void audit(LabCloud cloud) throws IOException, ServiceException, InterruptedException {
        try (EventStream events = cloud.operator().events(audited, notice -> {})) {
            Optional<TelemetryEvent> event = events.next(QUIET_STREAM);
            while (event.isPresent()) {
                for (Seen crew : audits.values()) {
                    crew.accept(event.get());
                }
                audited = event.get().sequence() + 1;
                event = events.next(QUIET_STREAM);
            }
        }
    }

    /** Holds what came out of the hub against what each gateway says it had accepted. */
    private boolean nothingIsMissing() throws IOException {
        boolean good = true;
        for (var audit : audits.entrySet()) {
            LoadLedger.Account account = LoadLedger.read(audit.getKey().plan().ledger());
            long missing = audit.getValue().missing(account);
            System.out.println(
                    audit.getKey().name() + ", " + audit.getKey().crew().leaves() + ": accepted "
                            + account.accepted() + ", missing at the hub " + missing + ", repeated "
                            + audit.getValue().repeated() + ", out of order "
                            + audit.getValue().late());
            good &= missing == 0 && audit.getValue().late() == 0;
        }
        return good;
    }

    private void report() throws IOException {
        List<Figure> figures = new ArrayList<>();
        results.forEach((contender, all) -> {
            List<Trial.Result> quiet =
                    all.stream().filter(each -> each.others() <= QUIET).toList();
            List<Trial.Result> counted = quiet.isEmpty() ? all : quiet;
            String who = contender.name() + ", " + contender.crew().leaves() + (quiet.isEmpty() ? " (disturbed)" : "");
            boolean ours = contender instanceof Gateway;
            int number = contender.crew().leaves();
            String name = who + " [" + contender.durability() + "]: ";
            figures.add(figure(name + "rate", "1/s", counted, Trial.Result::rate, ours && number >= 100, 5000, true));
            figures.add(figure(name + "CPU/1,000 full", "ms", counted, Trial.Result::cpuFull, false, 0, false));
            figures.add(figure(name + "hub's CPU/1,000", "ms", counted, Trial.Result::hubFull, false, 0, false));
            figures.add(figure(name + "CPU/1,000 paced", "ms", counted, Trial.Result::cpuPaced, ours, 150, false));
            figures.add(figure(name + "wake-ups/reading", "", counted, Trial.Result::wakes, false, 0, false));
            figures.add(figure(name + "CPU idle", "ms/s", counted, Trial.Result::cpuIdle, false, 0, false));
            figures.add(figure(name + "VmRSS idle", "MB", counted, Trial.Result::idle, false, 0, false));
            figures.add(figure(
                    name + "VmRSS paced",
                    "MB",
                    counted,
                    Trial.Result::paced,
                    ours && number >= 500,
                    contender.name().contains("amqp") ? 110 : 128,
                    false));
            figures.add(figure(name + "Pss paced", "MB", counted, Trial.Result::pacedShare, false, 0, false));
            figures.add(figure(name + "p50 to event", "ms", counted, Trial.Result::p50, false, 0, false));
            figures.add(figure(name + "p99 to event", "ms", counted, Trial.Result::p99, false, 0, false));
        });
        Bench.publish(figures, Optional.ofNullable(json));
    }

    private static Figure figure(
            String name,
            String unit,
            List<Trial.Result> results,
            ToDoubleFunction<Trial.Result> value,
            boolean judged,
            double aim,
            boolean more) {
        List<Double> values = results.stream().mapToDouble(value).boxed().toList();
        Figure plain = Figure.of(name, unit, values, "");
        if (!judged) {
            return plain;
        }
        double ratio = plain.median() / aim;
        boolean met = more ? ratio >= 1 : ratio <= 1;
        return Figure.of(
                name,
                unit,
                values,
                String.format(
                        Locale.ROOT,
                        "%.0f or %s: %s (%.2f)",
                        aim,
                        more ? "more" : "less",
                        met ? "met" : "NOT met",
                        ratio));
    }
}
