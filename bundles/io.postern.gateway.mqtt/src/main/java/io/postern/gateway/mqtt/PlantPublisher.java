// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.Reading;
import io.postern.gateway.identity.PrivateFile;
import io.postern.gateway.spi.ReadingCopy;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.ScheduledExecutorPingSender;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes copies of readings to the plant's broker, one after another, on a thread of its own. What the broker does not
 * take in time goes, the oldest first: the hub's messages are the ones that are kept.
 */
final class PlantPublisher implements ReadingCopy, AutoCloseable {
    /** Messages that wait; a reading of 200 octets makes them 0.4 MB, a minute at 16 a second. */
    static final int MOST_WAITING = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(PlantPublisher.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10); // of connecting and for each message
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration GOODBYE = Duration.ofSeconds(5);
    private static final long QUIET = TimeUnit.MINUTES.toNanos(1); // between two lines of the log
    private static final int KEEP_ALIVE_SECONDS = 50;

    private final PlantSettings settings;
    private final PahoThreads threads = new PahoThreads();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final Deque<PlantTopic.Message> waiting = new ArrayDeque<>(); // under lock
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("plant-broker").unstarted(this::run);
    private long dropped; // under lock
    private long untold; // under lock
    private long told = System.nanoTime() - QUIET; // under lock

    PlantPublisher(PlantSettings settings) {
        this.settings = settings;
    }

    void start() {
        if (settings.trust().isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("broker", settings.server())
                    .log("copies of readings, and the password, go to the plant's broker without TLS");
        }
        thread.start();
    }

    @Override
    public void accepted(Reading reading, Bytes body) {
        var messages = settings.topic().messages(reading, body);
        lock.lock();
        try {
            for (PlantTopic.Message message : messages) {
                if (waiting.size() == MOST_WAITING) {
                    waiting.removeFirst();
                    dropped++;
                    untold++;
                }
                waiting.addLast(message);
            }
            more.signal();
            tell();
        } finally {
            lock.unlock();
        }
    }

    /** Under lock. */
    private void tell() {
        long now = System.nanoTime();
        if (untold > 0 && now - told >= QUIET) {
            LOG.atWarn()
                    .addKeyValue("broker", settings.server())
                    .addKeyValue("dropped", untold)
                    .log(
                            "the plant's broker takes copies too slowly or not at all; the oldest are dropped. The hub gets"
                                    + " all of them");
            told = now;
            untold = 0;
        }
    }

    /** How many messages have been dropped since the start. */
    long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        Optional<String> trouble = Optional.empty();
        try {
            while (closing.getCount() > 0) {
                try (Connected broker = connect()) {
                    LOG.atInfo().addKeyValue("broker", settings.server()).log("the plant's broker is reached");
                    trouble = Optional.empty();
                    pause = FIRST_PAUSE;
                    while (closing.getCount() > 0) {
                        publish(broker, next());
                    }
                } catch (MqttException | IOException | RuntimeException e) { // copies go on, whatever one was
                    String why = Failures.describe(e);
                    LOG.atLevel(
                                    trouble.filter(why::equals).isEmpty()
                                            ? org.slf4j.event.Level.WARN
                                            : org.slf4j.event.Level.DEBUG)
                            .addKeyValue("broker", settings.server())
                            .addKeyValue("why", why)
                            .log("the plant's broker is not reached or takes nothing; it is tried again, readings go to"
                                    + " the hub as ever");
                    trouble = Optional.of(why);
                    var _ = closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
                    Duration twice = pause.multipliedBy(2);
                    pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    /** A client that is let go of whatever became of it. */
    private record Connected(MqttAsyncClient client) implements AutoCloseable {
        @Override
        public void close() {
            try {
                client.disconnectForcibly(1, 1, false);
                client.close(true);
            } catch (MqttException e) {
                LOG.atDebug().setCause(e).log("closing a connection to the plant's broker that was gone already");
            }
        }
    }

    private Connected connect() throws MqttException, IOException {
        MqttConnectOptions options = options(); // a client that was never connected cannot be let go of
        var client = new MqttAsyncClient(
                settings.server(),
                settings.clientId(),
                new MemoryPersistence(),
                new ScheduledExecutorPingSender(threads),
                threads);
        var connected = new Connected(client);
        try {
            client.connect(options).waitForCompletion(PATIENCE.toMillis());
            return connected;
        } catch (MqttException e) {
            connected.close();
            throw e;
        }
    }

    private MqttConnectOptions options() throws IOException {
        var options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setCleanSession(true);
        options.setAutomaticReconnect(false);
        options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
        options.setConnectionTimeout((int) PATIENCE.toSeconds());
        settings.trust().ifPresent(trust -> options.setSocketFactory(trust.socketFactory()));
        options.setHttpsHostnameVerificationEnabled(true);
        if (settings.passwordFile().isPresent()) {
            byte[] octets =
                    PrivateFile.read("passwordFile", settings.passwordFile().get());
            options.setUserName(settings.user());
            options.setPassword(
                    new String(octets, StandardCharsets.UTF_8).strip().toCharArray());
            Arrays.fill(octets, (byte) 0);
        }
        return options;
    }

    private PlantTopic.Message next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty()) {
                more.await();
            }
            return waiting.getFirst();
        } finally {
            lock.unlock();
        }
    }

    /** The message stays first in the queue until the broker has it; a copy may so come twice. */
    private void publish(Connected broker, PlantTopic.Message next) throws MqttException {
        var message = new MqttMessage(next.payload().toArray());
        message.setQos(settings.qos());
        message.setRetained(settings.retain());
        broker.client().publish(next.topic(), message).waitForCompletion(PATIENCE.toMillis());
        lock.lock();
        try {
            if (waiting.peekFirst() == next) { // it may have been dropped meanwhile
                waiting.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        thread.interrupt();
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(GOODBYE)) {
                LOG.atWarn().log("the connection to the plant's broker does not end in time; not waiting for it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.close();
    }
}
