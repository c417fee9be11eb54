// SPDX-License-Identifier: Apache-2.0
package io.postern.feature.gateway;

import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.PeerStation;
import io.postern.lab.sim.PtyBus;
import io.postern.lab.sim.Station;
import io.postern.lab.sim.modbus.SimulatedBus;
import io.postern.lab.sim.modbus.TemplateInstruments;
import io.postern.launcher.Configuration;
import io.postern.launcher.FeatureFile;
import io.postern.launcher.RunningFeature;
import io.postern.sensor.Template;
import io.postern.sensor.Templates;
import io.postern.sensor.framed.FramedMapping;
import io.postern.sensor.mbus.MbusMapping;
import io.postern.sensor.modbus.Framing;
import io.postern.testkit.Await;
import io.postern.testkit.Swtpm;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/**
 * The gateway as it is shipped, whose bundles of drivers and lines are stopped and started again and again while their
 * instruments are read. After each round every instrument must be read again; in the end nothing may have grown.
 */
final class DriverRestarts implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> BUNDLES = Stream.of("modbus", "framed", "mbus", "gpio", "serial")
            .map(each -> "io.postern.gateway." + each)
            .toList();
    private static final CharacterFormat FORMAT = CharacterFormat.parse(9600, "8N1");

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Path directory;
    private final RunningFeature gateway;

    /** What the JVM holds. */
    record Held(Set<String> threads, int threadCount, int handles, long heap) {
        @Override
        public String toString() {
            return "%d threads, %d handles, %.1f MB".formatted(threadCount, handles, heap / 1e6);
        }
    }

    /** @param feature the folder of the gateway's feature */
    DriverRestarts(Path feature, Path directory) throws Exception {
        this.directory = directory;
        try {
            Swtpm tpm = part(Swtpm.fresh(directory));
            modbusLine();
            wire("framed", framed());
            wire("mbus", mbus());
            Path configuration = Files.writeString(directory.resolve("gateway.json"), configuration(tpm));
            gateway = part(RunningFeature.start(
                    FeatureFile.read(feature),
                    directory.resolve("framework"),
                    Configuration.read(configuration, Optional.empty())));
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    private void modbusLine() throws Exception {
        var type = TemplateInstruments.of(Templates.shipped().read("eastron-sdm120"));
        var bus = new SimulatedBus(System.nanoTime(), new SplittableRandom(1))
                .put(1, type)
                .put(2, type);
        wire("modbus", bus.station(Framing.RTU, FORMAT));
    }

    private static Station framed() throws Exception {
        FramedMapping mapping = FramedMapping.of(Templates.shipped().read("mettler-new-classic"));
        return PeerStation.framed(mapping, "", Duration.ofMillis(20), System.nanoTime(), _ -> Map.of());
    }

    private static Station mbus() throws Exception {
        Template template = Templates.shipped().read("kamstrup-multical-601");
        return PeerStation.mbus(MbusMapping.of(template), 5, Optional.empty(), Duration.ofMillis(20), _ -> Map.of());
    }

    private void wire(String name, Station station) throws IOException {
        PtyBus bus = part(PtyBus.open(PtyBus.Wiring.FULL_DUPLEX, directory.resolve("line-" + name)));
        bus.attach(station, FORMAT);
    }

    private String configuration(Swtpm tpm) {
        var lines = new StringBuilder();
        for (String name : List.of("modbus", "framed", "mbus")) {
            lines.append("""
                  "io.postern.gateway.serial~%1$s": { "name": "%1$s", "port": "%2$s", "baud": 9600 },
                """.formatted(name, directory.resolve("line-" + name)));
        }
        return """
                {
                  "io.postern.gateway": {
                    "idScope": "0ne00000001", "provisioningHost": "provisioning.postern.test", "provisioningPort": 1,
                    "tokenHost": "tokens.postern.test", "tokenPort": 1
                  },
                  "io.postern.gateway.tpm": { "device": "%s" },
                  "io.postern.gateway.store": { "directory": "%s" },
                %s
                  "io.postern.gateway.leaf~m1": { "leaf": "m1", "template": "eastron-sdm120", "line": "modbus", "address": "unit:1", "period": "700ms" },
                  "io.postern.gateway.leaf~m2": { "leaf": "m2", "template": "eastron-sdm120", "line": "modbus", "address": "unit:2", "period": "700ms" },
                  "io.postern.gateway.leaf~scale": { "leaf": "scale", "template": "mettler-new-classic", "line": "framed", "period": "300ms" },
                  "io.postern.gateway.leaf~heat": { "leaf": "heat", "template": "kamstrup-multical-601", "line": "mbus", "address": "primary:5", "period": "1s" }
                }
                """.formatted(tpm.device(), directory.resolve("store"), lines);
    }

    /** Waits until every instrument has been read since {@code since}. */
    void awaitReadings(Instant since) {
        Await.value(
                PATIENCE,
                "readings of all leaves since " + since,
                this::leaves,
                leaves -> leaves.size() == 4 && leaves.stream().allMatch(leaf -> isReadSince(leaf, since)));
    }

    private static boolean isReadSince(JsonObject leaf, Instant since) {
        return leaf.containsKey("lastReading")
                && Instant.parse(leaf.getString("lastReading")).isAfter(since);
    }

    private List<JsonObject> leaves() throws IOException {
        Path socket = directory.resolve("control").resolve("socket");
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                var answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
            channel.write(StandardCharsets.UTF_8.encode("{\"command\":\"leaf.list\"}\n"));
            return Json.parseObject(String.valueOf(answers.readLine()))
                    .getJsonObject("result")
                    .getJsonArray("leaves")
                    .getValuesAs(JsonObject.class);
        }
    }

    /** Stops and starts each of the bundles once, and waits until all is read again. */
    void round() throws BundleException {
        for (Bundle bundle : gateway.framework().getBundleContext().getBundles()) {
            if (BUNDLES.contains(bundle.getSymbolicName())) {
                bundle.stop();
                bundle.start();
            }
        }
        awaitReadings(Instant.now());
    }

    /** What is held now, once what is on its way out has gone; the least of some looks. */
    static Held held() throws IOException {
        List<Held> looks = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            System.gc();
            Set<String> names = new TreeSet<>();
            Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
            threads.forEach(thread -> names.add(thread.getName()));
            Runtime runtime = Runtime.getRuntime();
            try (Stream<Path> handles = Files.list(Path.of("/proc/self/fd"))) {
                looks.add(new Held(
                        names, threads.size(), (int) handles.count(), runtime.totalMemory() - runtime.freeMemory()));
            }
        }
        return looks.stream()
                .reduce((a, b) -> new Held(
                        a.threadCount() <= b.threadCount() ? a.threads() : b.threads(),
                        Math.min(a.threadCount(), b.threadCount()),
                        Math.min(a.handles(), b.handles()),
                        Math.min(a.heap(), b.heap())))
                .orElseThrow();
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }
}
