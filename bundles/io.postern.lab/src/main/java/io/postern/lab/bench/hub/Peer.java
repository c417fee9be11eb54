// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.hub;

import io.postern.lab.Child;
import io.postern.lab.LabException;
import io.postern.lab.bench.mqtt.MqttWire;
import io.postern.lab.bench.mqtt.Speaker;
import io.postern.lab.bench.mqtt.Target;
import io.postern.lab.bench.provisioning.ServiceProcess;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLException;

/**
 * Somebody else's broker. A subscriber with a session that outlives its connection is away, so the broker has to keep
 * every message for it, as a hub keeps its events.
 */
final class Peer implements Broker {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);
    private static final String HOST = "127.0.0.1";

    private final String name;
    private final boolean durable;
    private final Child process;
    private final Target target;

    private Peer(String name, boolean durable, Child process, Target target) {
        this.name = name;
        this.durable = durable;
        this.process = process;
        this.target = target;
    }

    /** mosquitto, which writes its whole store whenever it has changed, or never. */
    static Peer mosquitto(PeerTls tls, Path directory, boolean durable)
            throws IOException, LabException, InterruptedException {
        Files.createDirectories(directory);
        int port = tls.freePort();
        Path configuration = directory.resolve("mosquitto.conf");
        Files.writeString(configuration, """
                listener %d %s
                certfile %s
                keyfile %s
                allow_anonymous true
                user root
                max_queued_messages 0
                persistence %s
                """.formatted(
                        port, HOST, tls.certificate(), tls.key(), durable ? """
                        true
                        persistence_location %s/
                        autosave_on_changes true
                        autosave_interval 1""".formatted(directory) : "false"));
        List<String> command = List.of("mosquitto", "-c", configuration.toString());
        String name = durable ? "mosquitto, saving every change" : "mosquitto, in memory";
        return start(name, durable, directory, command, Target.of(HOST, port, Optional.of(tls.certificate())));
    }

    /** HiveMQ CE with its file persistence. */
    static Peer hiveMq(PeerTls tls, Path directory, Path jars) throws IOException, LabException, InterruptedException {
        Path configuration = Files.createDirectories(directory.resolve("conf"));
        Path data = Files.createDirectories(directory.resolve("data"));
        Path extensions = Files.createDirectories(directory.resolve("extensions"));
        int port = tls.freePort();
        Files.writeString(configuration.resolve("config.xml"), """
                <?xml version="1.0"?>
                <hivemq>
                  <listeners><tls-tcp-listener><port>%d</port><bind-address>%s</bind-address><tls>
                    <keystore><path>%s</path><password>%s</password><private-key-password>%s</private-key-password></keystore>
                  </tls></tls-tcp-listener></listeners>
                  <mqtt><queued-messages><max-queue-size>1000000000</max-queue-size></queued-messages></mqtt>
                  <persistence><mode>file</mode></persistence>
                  <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
                </hivemq>
                """.formatted(
                        port, HOST, tls.store(), PeerTls.PASSWORD, PeerTls.PASSWORD));
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-cp",
                jars + "/*:" + System.getProperty("java.class.path"),
                HiveMqMain.class.getName(),
                configuration.toString(),
                data.toString(),
                extensions.toString());
        Target target = Target.of(HOST, port, Optional.of(tls.certificate()));
        return start("HiveMQ CE, file persistence", true, directory, command, target);
    }

    private static Peer start(String name, boolean durable, Path directory, List<String> command, Target target)
            throws IOException, LabException, InterruptedException {
        Child process = Child.start(name, directory.resolve("log"), Map.of(), command);
        var peer = new Peer(name, durable, process, target);
        try {
            peer.awaitSubscriber();
            return peer;
        } catch (IOException | LabException | InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    private void awaitSubscriber() throws IOException, LabException, InterruptedException {
        var subscriber = new Speaker("away", Optional.empty(), "");
        long begin = System.nanoTime();
        while (true) {
            try (MqttWire wire = MqttWire.connect(target, HOST, subscriber, false)) {
                wire.subscribe();
                return;
            } catch (SSLException e) {
                throw e;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() - begin > PATIENCE) {
                    throw new LabException(name + " did not come up:\n" + process.lastWords(15), e);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isDurable() {
        return durable;
    }

    @Override
    public void expect(int number) {
        // lets everyone in
    }

    @Override
    public Target target() {
        return target;
    }

    @Override
    public Speaker speaker(int number) {
        return Speaker.anyone(DeviceId.of("bench-" + number));
    }

    @Override
    public ServiceProcess process() {
        return new ServiceProcess(process.pid());
    }

    @Override
    public void close() {
        process.close();
    }
}
