// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes.kafka;

import io.postern.testkit.JavaProcess;
import io.postern.testkit.LabCa;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import kafka.Kafka;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A broker of Kafka in a process of its own: TLS, passwords, topics of three partitions that are made when asked for. */
final class KafkaBroker implements AutoCloseable {
    static final int PARTITIONS = 3;

    private static final String CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg";

    private final Path directory;
    private final Path roots;
    private final int port = freePort();
    private final Path settings;
    private Process process;

    KafkaBroker(Path directory) throws IOException {
        this.directory = directory;
        LabCa ca = LabCa.root("kafka", Instant.now());
        LabCa.Holder server = ca.server("localhost");
        roots = Files.writeString(directory.resolve("roots.pem"), LabCa.pem(List.of(ca.certificate())));
        Path identity =
                Files.writeString(directory.resolve("server.pem"), LabCa.pem(server.key()) + LabCa.pem(server.chain()));
        Path log = Files.createDirectories(directory.resolve("log"));
        Files.writeString(
                log.resolve("meta.properties"),
                "version=1\nnode.id=1\ncluster.id=" + CLUSTER + "\ndirectory.id=AAAAAAAAAAAAAAAAAAAAZQ\n");
        settings = Files.writeString(directory.resolve("server.properties"), """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%1$d
                listeners=SASL_SSL://127.0.0.1:%2$d,CONTROLLER://127.0.0.1:%1$d
                advertised.listeners=SASL_SSL://localhost:%2$d
                controller.listener.names=CONTROLLER
                listener.security.protocol.map=CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL
                inter.broker.listener.name=SASL_SSL
                sasl.enabled.mechanisms=PLAIN
                sasl.mechanism.inter.broker.protocol=PLAIN
                listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule \
                required username="broker" password="of-the-broker" user_broker="of-the-broker" user_postern="of-the-route";
                ssl.keystore.type=PEM
                ssl.keystore.location=%3$s
                ssl.truststore.type=PEM
                ssl.truststore.location=%4$s
                log.dirs=%5$s
                num.partitions=%6$d
                message.max.bytes=4000
                offsets.topic.replication.factor=1
                broker.session.timeout.ms=1000
                broker.heartbeat.interval.ms=200
                num.network.threads=1
                num.io.threads=2
                background.threads=1
                log.cleaner.enable=false
                """.formatted(
                        freePort(), port, identity, roots, log, PARTITIONS));
        process = start();
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Process start() throws IOException {
        return JavaProcess.start(Kafka.class, settings.toString());
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void comeBack() throws IOException {
        process = start();
    }

    String address() {
        return "localhost:" + port;
    }

    Path roots() {
        return roots;
    }

    /** A file of what a producer needs to be let in. */
    Path credentials(String password) throws IOException {
        return privateFile("""
                security.protocol=SASL_SSL
                sasl.mechanism=PLAIN
                sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
                username="postern" password="%s";
                ssl.truststore.type=PEM
                ssl.truststore.location=%s
                """.formatted(password, roots));
    }

    Path privateFile(String text) throws IOException {
        Path file = Files.writeString(Files.createTempFile(directory, "kafka", ".properties"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    /** All that stands in the topic once there are {@code count}, partition by partition. */
    List<ConsumerRecord<String, String>> read(String topic, int count) throws IOException {
        var properties = new Properties();
        properties.load(Files.newBufferedReader(credentials("of-the-route")));
        properties.putAll(Map.of("bootstrap.servers", address(), "auto.offset.reset", "earliest"));
        List<ConsumerRecord<String, String>> all = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        try (var consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(IntStream.range(0, PARTITIONS)
                    .mapToObj(i -> new TopicPartition(topic, i))
                    .toList());
            while (all.size() < count && System.nanoTime() < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(all::add);
            }
        }
        return all;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
