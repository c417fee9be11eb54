// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.siege;

import io.postern.ctl.TrustRoots;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.amqp.AmqpCrowd;
import io.postern.lab.amqp.Frames;
import io.postern.lab.bench.connections.Strangers;
import io.postern.lab.bench.provisioning.ServiceProcess;
import io.postern.lab.prove.Talker;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Strangers, devices and readers misbehave together, all as fast as they can, while one device goes about its work: it
 * is served all the time, nobody hears what is another's, and the memory of the cloud side stays bounded.
 */
public final class SiegeProof {
    private static final DeviceId GOOD = DeviceId.of("good");
    private static final String FROM = "127.0.0.7";
    private static final int SUBACK = 9; // spec: MQTT 3.1.1, 2.2.1
    private static final int MOST_COMMANDS = 50; // that may wait for one device
    private static final int COMMAND_SIZE = 1_000;
    private static final Duration PACE = Duration.ofMillis(100); // of the device that behaves
    private static final Duration AGAIN = Duration.ofMillis(200); // until somebody who was cut comes back
    private static final Duration PATIENCE = Duration.ofSeconds(150); // twice what a read of theirs waits

    /**
     * @param queues devices whose queues of commands are full, and that take none
     * @param flood bytes of the largest messages
     */
    public record Scale(Duration length, int strangers, int queues, long flood) {}

    /**
     * @param roundTrips seconds of the well-behaved device, from sending to the acknowledgement
     * @param heap bytes in use after each full collection meanwhile
     * @param heapAfter the same when all have left
     * @param misdeeds how often somebody began to misbehave
     * @param own how often a device was told what is its own
     * @param faults whatever is wrong; empty when the proof holds
     */
    public record Result(
            List<Double> roundTrips, List<Long> heap, long heapAfter, long misdeeds, long own, List<String> faults) {}

    private interface Misdeed {
        void run() throws IOException;
    }

    private final LabCloud cloud;
    private final Scale scale;
    private final Consumer<String> progress;
    private final Witness witness = new Witness();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Double> roundTrips = new ArrayList<>(); // of the good device's thread until it was joined
    private final AtomicLong misdeeds = new AtomicLong();
    private volatile boolean over;

    public SiegeProof(LabCloud cloud, Scale scale, Consumer<String> progress) {
        this.cloud = cloud;
        this.scale = scale;
        this.progress = progress;
    }

    public Result run() throws IOException, LabException, InterruptedException {
        List<DeviceId> hoarders = new ArrayList<>();
        for (int i = 0; i < scale.queues(); i++) {
            hoarders.add(DeviceId.of("hoarder-" + i));
        }
        List<DeviceId> devices =
                new ArrayList<>(List.of(GOOD, Misdeeds.UNREAD, Misdeeds.FLOOD, Misdeeds.TWIN, Misdeeds.BAD));
        devices.addAll(hoarders);
        for (DeviceId device : devices) {
            cloud.operator().devices().create(device, Optional.empty(), true);
        }
        progress.accept("filling the queues of " + hoarders.size() + " devices");
        fill(hoarders);
        var process = new ServiceProcess(cloud.process().pid());
        List<Long> heap = new ArrayList<>();
        var port = new InetSocketAddress(cloud.address(), cloud.connection().mqttPort());
        Thread good = Thread.ofVirtual().start(this::behave);
        try (var misdoers = new Misdeeds(cloud, witness, scale.flood());
                Strangers strangers = Strangers.connect(port, "127.0.0.3", scale.strangers())) {
            begin(misdoers, hoarders);
            long end = System.nanoTime() + scale.length().toNanos();
            while (System.nanoTime() < end && cloud.process().isAlive()) {
                strangers.drip();
                LockSupport.parkNanos(Math.min(scale.length().toNanos() / 4, 5_000_000_000L));
                heap.add(process.heapInUse());
                progress.accept(heap.getLast() / 1_000_000 + " MB of heap in use, " + misdeeds + " misdeeds");
            }
            over = true;
        }
        join(good);
        for (Thread thread : threads) {
            join(thread);
        }
        if (!cloud.process().isAlive()) {
            throw new LabException(
                    "the cloud side has ended:\n" + cloud.process().lastWords(20));
        }
        if (witness.own() == 0) {
            faults.add("no device was told anything of its own: nothing was looked at");
        }
        faults.addAll(witness.foreign());
        return new Result(roundTrips, heap, process.heapInUse(), misdeeds.get(), witness.own(), List.copyOf(faults));
    }

    private void begin(Misdeeds misdoers, List<DeviceId> hoarders) {
        for (Misdeed misdeed : List.<Misdeed>of(
                misdoers::neverRead,
                misdoers::flood,
                misdoers::largeTwin,
                misdoers::wrongTokenOverHttps,
                misdoers::wrongTokenOverMqtt,
                misdoers::qosTwo,
                misdoers::malformedBag,
                misdoers::topicOfAnother,
                misdoers::unreadEvents,
                misdoers::unreadEventsOverAmqp)) {
            again(misdeed);
        }
        for (DeviceId hoarder : hoarders) {
            again(() -> misdoers.hoard(hoarder));
        }
    }

    private void again(Misdeed misdeed) {
        threads.add(Thread.ofVirtual().start(() -> {
            while (!over) {
                try {
                    misdeeds.incrementAndGet();
                    misdeed.run();
                } catch (IOException e) {
                    // cut, as it should be
                } catch (IllegalStateException e) {
                    faults.add(String.valueOf(e.getMessage()));
                }
                LockSupport.parkNanos(AGAIN.toNanos());
            }
        }));
    }

    private void behave() {
        byte[] message = Witness.canary(GOOD).getBytes(StandardCharsets.US_ASCII);
        try (Talker talker = Talker.connect(cloud, FROM, GOOD)) {
            talker.subscribe("devices/" + GOOD + "/messages/devicebound/#");
            talker.read(SUBACK);
            while (!over) {
                long begin = System.nanoTime();
                talker.publish("devices/" + GOOD + "/messages/events/", 1, 1, message);
                Talker.Packet packet = talker.read();
                while (packet.kind() != Talker.PUBACK) {
                    witness.heard(GOOD, packet.topic() + packet.payload());
                    talker.acknowledge(packet.id());
                    packet = talker.read();
                }
                roundTrips.add((System.nanoTime() - begin) / 1e9);
                LockSupport.parkNanos(PACE.toNanos());
            }
        } catch (IOException e) {
            faults.add("the device that behaves was cut: " + e);
        }
    }

    private void fill(List<DeviceId> devices) throws IOException {
        List<DeviceId> all = new ArrayList<>(devices);
        all.add(GOOD);
        String host = cloud.connection().hub().host();
        try (var service = new AmqpCrowd(
                TrustRoots.context(cloud.connection().caFile()),
                host,
                new InetSocketAddress(cloud.address(), cloud.amqpPort()))) {
            service.put(
                    host,
                    cloud.connection()
                            .hub()
                            .key("a proof")
                            .token(Instant.now())
                            .text()
                            .revealUtf8());
            service.attach("service", "/messages/devicebound");
            for (DeviceId device : all) {
                String body = Witness.canary(device) + "z".repeat(COMMAND_SIZE);
                for (int i = 0; i < MOST_COMMANDS; i++) {
                    service.sendRaw(
                            "service",
                            Frames.command("/devices/" + device + "/messages/devicebound", i + "-" + device, body));
                }
                service.awaitAnswers();
            }
            int accepted = service.accepted().getOrDefault("service", 0);
            if (accepted != all.size() * MOST_COMMANDS) {
                faults.add("of the commands " + accepted + " were accepted");
            }
        }
    }

    private static void join(Thread thread) throws InterruptedException, LabException {
        if (!thread.join(PATIENCE)) {
            throw new LabException("somebody does not come to an end");
        }
    }
}
