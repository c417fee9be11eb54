// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.connections;

import io.postern.ctl.ServiceException;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.Bench;
import io.postern.lab.bench.Figure;
import io.postern.lab.bench.mqtt.MqttWire;
import io.postern.lab.bench.mqtt.Speaker;
import io.postern.lab.bench.mqtt.Target;
import io.postern.lab.bench.provisioning.ServiceProcess;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What connections cost: idle MQTT connections of devices, TLS included, and strangers on the MQTT port that never say who
 * they are, all from one address, while a device of another address comes and is to be let in at once.
 */
@Command(
        name = "connections",
        mixinStandardHelpOptions = true,
        description = "Memory of an idle MQTT connection; 10,000 connections that never say who they are.")
public final class ConnectionsBench implements Callable<Integer> {
    private static final int MOST_HELD = 1_024 + 6_144; // inside and outside the doorway of a listener
    private static final long SECOND = 1_000_000_000;

    @Option(names = "--idle", defaultValue = "2000", description = "Idle devices (default ${DEFAULT-VALUE}).")
    private int idle = 2_000;

    @Option(names = "--strangers", defaultValue = "10000", description = "Strangers (default ${DEFAULT-VALUE}).")
    private int strangers = 10_000;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures for a program.")
    private @Nullable Path json;

    private final List<Figure> figures = new ArrayList<>();

    @Override
    public Integer call() throws IOException, LabException, InterruptedException, ServiceException {
        Path root = Path.of(System.getProperty("postern.root"));
        System.out.println("load before: " + Bench.load());
        boolean good;
        try (LabCloud cloud = LabCloud.start(
                root, Path.of(System.getProperty("postern.lab")), "127.0.0.1", OptionalInt.of(1_000_000))) {
            var service = new ServiceProcess(cloud.process().pid());
            register(cloud);
            idle(cloud, service);
            good = strangers(cloud, service);
        }
        System.out.println("load after: " + Bench.load());
        Bench.publish(figures, Optional.ofNullable(json));
        return good ? 0 : 1;
    }

    private void register(LabCloud cloud) throws ServiceException {
        System.out.println("... registering " + (idle + 1) + " devices");
        for (int i = 0; i <= idle; i++) {
            cloud.operator().devices().create(device(i), Optional.empty(), true);
        }
    }

    private void idle(LabCloud cloud, ServiceProcess service) throws IOException, LabException, InterruptedException {
        System.out.println("... " + idle + " idle devices");
        Target target = Target.of(cloud.connection());
        connect(cloud, target, "127.0.0.2", idle).close(); // whatever is loaded once
        long heap = service.heapInUse();
        long resident = service.resident();
        List<MqttWire> devices = new ArrayList<>();
        try {
            for (int i = 0; i < idle; i++) {
                devices.add(connect(cloud, target, "127.0.0.2", i));
            }
            figures.add(each("idle connection: heap", service.heapInUse() - heap, idle, "40 or less"));
            figures.add(each("idle connection: memory of the process", service.resident() - resident, idle, ""));
        } finally {
            for (MqttWire device : devices) {
                device.close();
            }
        }
    }

    private boolean strangers(LabCloud cloud, ServiceProcess service)
            throws IOException, LabException, InterruptedException {
        System.out.println("... " + strangers + " strangers");
        var port = new InetSocketAddress(
                InetAddress.getByName(cloud.connection().hub().host()),
                cloud.connection().mqttPort());
        long heap = service.heapInUse();
        try (Strangers crowd = Strangers.connect(port, "127.0.0.3", strangers)) {
            double arrival = arrival(cloud);
            crowd.drip();
            int held = crowd.count();
            long cost = service.heapInUse() - heap;
            figures.add(Figure.of("strangers: a device of another address, in", "s", List.of(arrival), "1 or less"));
            figures.add(Figure.of("strangers: held at once", "", List.of((double) held), MOST_HELD + " or less"));
            figures.add(Figure.of("strangers: heap of all", "MB", List.of(cost / 1e6), "64 or less"));
            double gone = untilGone(crowd);
            figures.add(Figure.of("strangers: until the last is gone", "s", List.of(gone), "120 or less"));
            return held <= MOST_HELD && arrival <= 1 && gone <= 120 && cost <= 64_000_000;
        }
    }

    private double arrival(LabCloud cloud) throws IOException {
        long begin = System.nanoTime();
        connect(cloud, Target.of(cloud.connection()), "127.0.0.4", 0).close();
        return (System.nanoTime() - begin) / 1e9;
    }

    private static MqttWire connect(LabCloud cloud, Target target, String from, int number) throws IOException {
        return MqttWire.connect(target, from, Speaker.device(cloud.connection(), device(number)));
    }

    private static double untilGone(Strangers crowd) {
        long begin = System.nanoTime();
        while (crowd.count() > 0 && System.nanoTime() - begin < 300 * SECOND) {
            crowd.drip();
            LockSupport.parkNanos(SECOND);
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    private static DeviceId device(int number) {
        return DeviceId.of("idle-" + number);
    }

    private static Figure each(String name, long bytes, int count, String goal) {
        return Figure.of(name, "KB", List.of(bytes / 1e3 / count), goal);
    }
}
