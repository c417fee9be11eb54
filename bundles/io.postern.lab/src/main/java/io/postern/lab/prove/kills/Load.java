// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.kills;

import io.postern.ctl.DeviceTalk;
import io.postern.ctl.ServiceException;
import io.postern.ctl.TrustRoots;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.amqp.AmqpCrowd;
import io.postern.lab.amqp.Frames;
import io.postern.lab.bench.provisioning.HttpsWire;
import io.postern.lab.prove.Rest;
import io.postern.lab.prove.Talker;
import io.postern.lab.prove.kills.Ledger.State;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Clients of every kind that ask as fast as they are answered, until the hub is gone; all they hear goes to the ledger. */
final class Load {
    static final List<DeviceId> SPEAKERS = devices("speaker-", 3);
    static final List<DeviceId> CROWD = devices("leaf-", 10);
    static final List<DeviceId> TWINS = devices("twin-", 2);
    static final DeviceId MQTT_TAKER = DeviceId.of("taker-mqtt");
    static final DeviceId HTTPS_TAKER = DeviceId.of("taker-https");
    static final DeviceId ABSENT_TAKER = DeviceId.of("taker-away");
    static final List<DeviceId> TAKERS = List.of(MQTT_TAKER, HTTPS_TAKER, ABSENT_TAKER);
    static final DeviceId MARKER = DeviceId.of("marker");

    private static final String FROM = "127.0.0.2";
    private static final int WINDOW = 32; // half of what the official clients send ahead
    private static final Duration PATIENCE = Duration.ofSeconds(60); // ten times what a free machine needs
    private static final Duration REGISTRY_PACE = Duration.ofMillis(15); // below the 100 a second a hub takes

    private interface Deed {
        void run() throws IOException;
    }

    private final LabCloud cloud;
    private final Ledger ledger;
    private final String round;
    private final AtomicLong next = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private final List<CountDownLatch> begun = new ArrayList<>();
    private final Queue<String> tooEarly = new ConcurrentLinkedQueue<>();
    private volatile boolean ending;

    Load(LabCloud cloud, Ledger ledger, int round) {
        this.cloud = cloud;
        this.ledger = ledger;
        this.round = "r" + round + "-";
    }

    static List<DeviceId> all() {
        List<DeviceId> all = new ArrayList<>(List.of(MARKER));
        List.of(SPEAKERS, CROWD, TWINS, TAKERS).forEach(all::addAll);
        return all;
    }

    /** Starts every client and returns when each has been answered once. */
    void start() throws LabException, InterruptedException {
        SPEAKERS.forEach(device -> client(first -> speak(device, first)));
        client(this::crowd);
        for (DeviceId device : TWINS) {
            client(first -> report(device, first));
            client(first -> desire(device, first));
        }
        client(this::sendByRest);
        client(this::sendByAmqp);
        client(this::takeByMqtt);
        client(this::takeByHttps);
        client(this::changeIdentities);
        for (CountDownLatch latch : begun) {
            if (!latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new LabException("a client was not answered in " + PATIENCE + "; " + tooEarly);
            }
        }
    }

    /** From here on it is no wonder that clients fail. */
    void expectTheEnd() {
        ending = true;
    }

    /** Waits until all have noticed that the hub is gone; what failed before it was to. */
    List<String> join() throws InterruptedException, LabException {
        for (Thread thread : threads) {
            if (!thread.join(PATIENCE)) {
                throw new LabException("a client does not notice that the hub is gone");
            }
        }
        return List.copyOf(tooEarly);
    }

    private interface Client {
        void run(CountDownLatch first) throws IOException;
    }

    private void client(Client client) {
        var first = new CountDownLatch(1);
        begun.add(first);
        threads.add(Thread.ofVirtual().start(() -> {
            try {
                client.run(first);
            } catch (IOException | RuntimeException e) {
                if (!ending) {
                    tooEarly.add(e.toString());
                }
            }
        }));
    }

    private String name(String kind) {
        return round + kind + next.incrementAndGet();
    }

    /** Telemetry over MQTT at QoS 1, in windows. */
    private void speak(DeviceId device, CountDownLatch first) throws IOException {
        try (Talker talker = Talker.connect(cloud, FROM, device)) {
            while (!ending) {
                String[] window = new String[WINDOW];
                for (int i = 0; i < WINDOW; i++) {
                    window[i] = name("m");
                    ledger.telemetrySent(window[i]);
                    talker.publish(
                            "devices/" + device + "/messages/events/",
                            1,
                            i + 1,
                            window[i].getBytes(StandardCharsets.US_ASCII));
                }
                for (int i = 0; i < WINDOW; i++) {
                    ledger.telemetryAccepted(window[talker.read(Talker.PUBACK).id() - 1]);
                    first.countDown();
                }
            }
        }
    }

    /** Telemetry of ten devices on one AMQP connection. */
    private void crowd(CountDownLatch first) throws IOException {
        try (AmqpCrowd crowd = amqp()) {
            crowd.onAccepted((device, text) -> {
                ledger.telemetryAccepted(text);
                first.countDown();
            });
            for (DeviceId device : CROWD) {
                crowd.join(device.text(), token());
            }
            while (!ending) {
                crowd.sendRound(device -> {
                    String text = name("a");
                    ledger.telemetrySent(text);
                    return text;
                });
                crowd.awaitAnswers();
            }
        }
    }

    private void report(DeviceId device, CountDownLatch first) throws IOException {
        String part = device + "/reported";
        try (Talker talker = Talker.connect(cloud, FROM, device)) {
            talker.subscribe("$iothub/twin/res/#");
            while (!ending) {
                long number = ledger.part(part).asked() + 1;
                ledger.partAsked(part, number);
                talker.publish(
                        "$iothub/twin/PATCH/properties/reported/?$rid=" + number,
                        0,
                        0,
                        ("{\"n\":" + number + "}").getBytes(StandardCharsets.US_ASCII));
                String topic = talker.read(Talker.PUBLISH).topic();
                if (!topic.startsWith("$iothub/twin/res/204/")) {
                    throw new IOException("a report was answered with " + topic);
                }
                long version = Long.parseLong(topic.substring(topic.indexOf("$version=") + "$version=".length()));
                ledger.partAcknowledged(part, number, version);
                first.countDown();
            }
        }
    }

    private void desire(DeviceId device, CountDownLatch first) throws IOException {
        String part = device + "/desired";
        while (!ending) {
            long number = ledger.part(part).asked() + 1;
            ledger.partAsked(part, number);
            JsonObject desired = cloud.operator()
                    .twins()
                    .merge(
                            device,
                            Optional.empty(),
                            Optional.of(Json.object().add("n", number).build()))
                    .getJsonObject("properties")
                    .getJsonObject("desired");
            ledger.partAcknowledged(
                    part, number, desired.getJsonNumber("$version").longValue());
            first.countDown();
        }
    }

    private void sendByRest(CountDownLatch first) throws IOException {
        for (int i = 0; !ending; i++) {
            DeviceId taker = TAKERS.get(i % TAKERS.size());
            String id = name("c");
            ledger.commandOffered(id);
            try {
                cloud.operator()
                        .talk()
                        .send(taker, new DeviceTalk.Message(id, Map.of(), Optional.of(id), "none", Optional.empty()));
                ledger.commandAccepted(taker, id);
                first.countDown();
            } catch (ServiceException e) {
                if (e.status().orElse(0) != 403) { // as many wait for the device as may
                    throw e;
                }
                first.countDown();
                pause(Duration.ofMillis(20));
            }
        }
    }

    private void sendByAmqp(CountDownLatch first) throws IOException {
        try (AmqpCrowd service = amqp()) {
            service.put(cloud.connection().hub().host(), token());
            service.attach("service", "/messages/devicebound");
            service.onAccepted((link, id) -> ledger.commandAccepted(MQTT_TAKER, id));
            while (!ending) {
                String id = name("d");
                ledger.commandOffered(id);
                service.send("service", Frames.command("/devices/" + MQTT_TAKER + "/messages/devicebound", id), id);
                service.awaitAnswers();
                first.countDown();
            }
        }
    }

    private void takeByMqtt(CountDownLatch first) throws IOException {
        try (Talker talker = Talker.connect(cloud, FROM, MQTT_TAKER)) {
            talker.subscribe("devices/" + MQTT_TAKER + "/messages/devicebound/#");
            while (!ending) {
                Talker.Packet command = talker.read(Talker.PUBLISH);
                ledger.commandPerhapsDone(command.payload());
                talker.acknowledge(command.id());
                first.countDown();
            }
        }
    }

    private void takeByHttps(CountDownLatch first) throws IOException {
        try (Rest rest = Rest.open(cloud, cloud.connection().hub().host())) {
            while (!ending) {
                if (!takeOne(rest, HTTPS_TAKER, ledger).isPresent()) {
                    pause(Duration.ofMillis(5));
                }
                first.countDown();
            }
        }
    }

    /** Fetches a command and completes it; none when none waits. */
    static Optional<String> takeOne(Rest rest, DeviceId device, Ledger ledger) throws IOException {
        String path = "/devices/" + device + "/messages/devicebound";
        HttpsWire.Answer command = rest.ask("GET", path + "?api-version=2021-04-12", "");
        if (command.status() == 204) {
            return Optional.empty();
        }
        String lock = Optional.ofNullable(command.headers().get("etag"))
                .orElseThrow(() -> new IOException("a command was fetched with " + command));
        String id = command.body();
        ledger.commandPerhapsDone(id);
        HttpsWire.Answer settled =
                rest.ask("DELETE", path + "/" + lock.replace("\"", "") + "?api-version=2021-04-12", "");
        if (settled.status() == 204) {
            if (ledger.isDone(id)) {
                throw new IOException("the command " + id + " was completed twice");
            }
            ledger.commandDone(id);
        }
        return Optional.of(id);
    }

    /** Creates identities, disables every third, deletes every fifth. */
    private void changeIdentities(CountDownLatch first) throws IOException {
        var devices = cloud.operator().devices();
        for (int i = 0; !ending; i++) {
            DeviceId id = DeviceId.of(name("i"));
            change(id, State.ENABLED, () -> devices.create(id, Optional.empty(), true));
            if (i % 3 == 0) {
                change(id, State.DISABLED, () -> devices.enable(id, false));
            }
            if (i % 5 == 0) {
                change(id, State.ABSENT, () -> devices.delete(id));
            }
            first.countDown();
        }
    }

    private void change(DeviceId id, State state, Deed deed) throws IOException {
        pause(REGISTRY_PACE);
        ledger.identityAsked(id, state);
        deed.run();
        ledger.identityAcknowledged(id, state);
    }

    private AmqpCrowd amqp() throws IOException {
        return new AmqpCrowd(
                TrustRoots.context(cloud.connection().caFile()),
                cloud.connection().hub().host(),
                new InetSocketAddress(cloud.address(), cloud.amqpPort()));
    }

    private String token() {
        return cloud.connection()
                .hub()
                .key("a proof")
                .token(Instant.now())
                .text()
                .revealUtf8();
    }

    private static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    private static List<DeviceId> devices(String prefix, int count) {
        List<DeviceId> devices = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            devices.add(DeviceId.of(prefix + i));
        }
        return List.copyOf(devices);
    }
}
