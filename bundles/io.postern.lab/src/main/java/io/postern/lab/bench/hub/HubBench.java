// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.hub;

import io.postern.lab.LabException;
import io.postern.lab.bench.Bench;
import io.postern.lab.bench.Figure;
import io.postern.lab.bench.PeerJars;
import io.postern.lab.bench.mqtt.MqttWire;
import io.postern.lab.bench.provisioning.Crowd;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What a hub takes: acknowledged telemetry beside brokers with the same promise, in turns in the same run and from the
 * same client; idle connections; and the return of all devices after a restart. Brokers are processes of their own, the
 * devices live in this one.
 */
@Command(
        name = "hub",
        mixinStandardHelpOptions = true,
        description =
                "Acknowledged telemetry beside durable brokers; idle connections; all devices back after a restart.")
public final class HubBench implements Callable<Integer> {
    private static final String HIVEMQ = "2025.5"; // Apache-2.0
    private static final int AIM_AT = 100; // identities
    private static final double AIM = 3; // times the best durable peer
    private static final int AT_ONCE = 16; // that connect, when there is no storm

    @Option(
            names = "--identities",
            split = ",",
            defaultValue = "1,100,1000",
            description = "Devices that publish, in turns (default ${DEFAULT-VALUE}).")
    private List<Integer> identities = List.of();

    @Option(names = "--rounds", defaultValue = "3", description = "Measured rounds (default ${DEFAULT-VALUE}).")
    private int rounds = 3;

    @Option(
            names = "--seconds",
            defaultValue = "5",
            description = "Measured time of a round (default ${DEFAULT-VALUE}).")
    private int seconds = 5;

    @Option(
            names = "--in-flight",
            defaultValue = "16",
            description = "Messages of a device not acknowledged yet (default ${DEFAULT-VALUE}).")
    private int inFlight = 16;

    @Option(
            names = "--idle",
            defaultValue = "10000",
            description = "Idle devices, 0 for none (default ${DEFAULT-VALUE}).")
    private int idle = 10_000;

    @Option(
            names = "--storm",
            defaultValue = "5000",
            description = "Devices that come back after a restart, 0 for none (default ${DEFAULT-VALUE}).")
    private int storm = 5_000;

    @Option(names = "--alone", description = "Without the other brokers.")
    private boolean alone;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures for a program.")
    private @Nullable Path json;

    private final List<Figure> figures = new ArrayList<>();

    @Override
    public Integer call() throws IOException, LabException, InterruptedException {
        Path root = Path.of(System.getProperty("postern.root"));
        Path directory = Path.of(System.getProperty("postern.lab"));
        System.out.println("load before: " + Bench.load());
        boolean good = true;
        try (PosternBroker hub = PosternBroker.start(root, directory, "127.0.0.1")) {
            if (!identities.isEmpty() && rounds > 0) {
                telemetry(hub, root, directory);
            }
            good &= idle == 0 || idle(hub);
            good &= storm == 0 || storm(hub);
        }
        System.out.println("load after: " + Bench.load());
        Bench.publish(figures, Optional.ofNullable(json));
        return good ? 0 : 1;
    }

    private void telemetry(PosternBroker hub, Path root, Path directory)
            throws IOException, LabException, InterruptedException {
        PeerTls tls = PeerTls.make(directory.resolve("tls"));
        Optional<Path> jars = alone
                ? Optional.empty()
                : PeerJars.fetch(
                        root,
                        "HiveMQ CE (100 MB)",
                        "hivemq-" + HIVEMQ,
                        "com.hivemq:hivemq-community-edition-embedded:" + HIVEMQ);
        List<Broker> brokers = new ArrayList<>(List.of(hub));
        try {
            if (!alone) {
                brokers.add(Peer.mosquitto(tls, directory.resolve("mosquitto-durable"), true));
                brokers.add(Peer.mosquitto(tls, directory.resolve("mosquitto-memory"), false));
            }
            if (jars.isPresent()) {
                brokers.add(Peer.hiveMq(tls, directory.resolve("hivemq"), jars.get()));
            }
            for (Broker broker : brokers) {
                System.out.println("... warming up " + broker.name());
                Flow.measure(broker, AIM_AT, inFlight, Duration.ofSeconds(2L * seconds));
            }
            for (int count : identities) {
                compare(brokers, count);
            }
        } finally {
            brokers.stream().filter(broker -> broker != hub).forEach(Broker::close);
        }
    }

    private void compare(List<Broker> brokers, int count) throws IOException, LabException, InterruptedException {
        Map<Broker, List<Double>> rates = new LinkedHashMap<>();
        Map<Broker, List<Double>> costs = new LinkedHashMap<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            double ours = 0;
            double best = 0;
            for (Broker broker : brokers) {
                Flow flow = Flow.measure(broker, count, inFlight, Duration.ofSeconds(seconds));
                System.out.printf("... %d identities, %s: %.0f/s%n", count, broker.name(), flow.perSecond());
                rates.computeIfAbsent(broker, _ -> new ArrayList<>()).add(flow.perSecond());
                costs.computeIfAbsent(broker, _ -> new ArrayList<>()).add(flow.cpuMicros());
                if (broker instanceof PosternBroker) {
                    ours = flow.perSecond();
                } else if (broker.isDurable()) {
                    best = Math.max(best, flow.perSecond());
                }
            }
            if (best > 0) {
                ratios.add(ours / best);
            }
        }
        String devices = count + (count == 1 ? " identity: " : " identities: ");
        rates.forEach((broker, each) -> figures.add(Figure.of(devices + broker.name(), "/s", each, "")));
        costs.forEach((broker, each) -> figures.add(Figure.of(devices + "core, " + broker.name(), "us", each, "")));
        if (!ratios.isEmpty()) {
            String aim = count == AIM_AT ? AIM + " or more" : "";
            figures.add(Figure.of(devices + "over the best durable peer", "x", ratios, aim));
        }
    }

    private boolean idle(PosternBroker hub) throws IOException, LabException, InterruptedException {
        System.out.println("... " + idle + " idle devices");
        hub.expect(idle + 1);
        MqttWire.connect(hub.target(), "127.0.0.3", hub.speaker(idle)).close(); // whatever is loaded once
        long heap = hub.process().heapInUse();
        long resident = hub.process().resident();
        Queue<MqttWire> wires = new ConcurrentLinkedQueue<>();
        try {
            var target = hub.target();
            var next = new AtomicInteger();
            long begin = System.nanoTime();
            Crowd.run(AT_ONCE, () -> {
                for (int number = next.getAndIncrement(); number < idle; number = next.getAndIncrement()) {
                    wires.add(MqttWire.connect(target, "127.0.0.2", hub.speaker(number)));
                }
            });
            double took = (System.nanoTime() - begin) / 1e9;
            double heapEach = (hub.process().heapInUse() - heap) / 1e3 / idle;
            double residentEach = (hub.process().resident() - resident) / 1e3 / idle;
            begin = System.nanoTime();
            MqttWire.connect(target, "127.0.0.3", hub.speaker(idle)).close();
            double another = (System.nanoTime() - begin) / 1e9;
            figures.add(one("idle connections at once", "", wires.size(), idle + ": all"));
            figures.add(one("idle connections: made a second", "/s", idle / took, ""));
            figures.add(one("idle connection: heap", "KB", heapEach, "40 or less"));
            figures.add(one("idle connection: memory of the process", "KB", residentEach, "40 or less"));
            figures.add(one("beside them: another, in", "s", another, "1 or less"));
            return wires.size() == idle && residentEach <= 40;
        } finally {
            for (MqttWire wire : wires) {
                wire.close();
            }
        }
    }

    private boolean storm(PosternBroker hub) throws IOException, LabException, InterruptedException {
        System.out.println("... " + storm + " devices come back");
        hub.expect(storm);
        hub.cloud().kill();
        hub.cloud().comeBack();
        Return back = Return.of(hub, storm);
        figures.add(one("return: devices back", "", back.admitted(), storm + ": all"));
        figures.add(one("return: until the last is back", "s", back.seconds(), "60 or less"));
        figures.add(one("return: CONNECTs refused", "", back.refused(), "1 % or less"));
        figures.add(one("return: connections lost and made again", "", back.lost(), "1 % or less"));
        return back.isGood();
    }

    private static Figure one(String name, String unit, double value, String goal) {
        return Figure.of(name, unit, List.of(value), goal);
    }
}
