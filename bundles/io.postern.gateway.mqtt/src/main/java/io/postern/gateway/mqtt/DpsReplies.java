// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.spi.DpsAnswer;
import io.postern.wire.dps.DpsTopic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttMessage;

/** What arrives from a provisioning service, from Paho's threads to the one that asks. */
final class DpsReplies implements MqttCallback {
    private static final int ROOM = 8; // one question is open at a time; what is more nobody asked for

    private final BlockingQueue<Arrival> arrivals = new ArrayBlockingQueue<>(ROOM);

    private sealed interface Arrival {
        record Message(String topic, byte[] body) implements Arrival {}

        record Lost(Throwable cause) implements Arrival {}
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        arrivals.offer(new Arrival.Message(topic, message.getPayload()));
    }

    @Override
    public void connectionLost(Throwable cause) {
        arrivals.offer(new Arrival.Lost(cause));
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {
        // the publish's own outcome tells
    }

    /**
     * The answer to {@code requestId}; others are dropped.
     *
     * @throws IOException when the connection is lost, or {@code patience} is over
     */
    DpsAnswer await(String requestId, String from, Duration patience) throws IOException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            switch (arrivals.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                case null -> throw new IOException("no answer within " + patience.toSeconds() + " s");
                case Arrival.Lost(Throwable cause) -> throw new IOException("the connection was lost", cause);
                case Arrival.Message(String topic, byte[] body) -> {
                    Optional<DpsTopic.Reply> reply = reply(topic);
                    if (reply.isPresent() && reply.get().requestId().equals(requestId)) {
                        return answer(from, reply.get(), body);
                    }
                }
            }
        }
    }

    private static Optional<DpsTopic.Reply> reply(String topic) throws IOException {
        try {
            return DpsTopic.reply(topic);
        } catch (IllegalArgumentException e) {
            throw new IOException("an answer that cannot be read: " + e.getMessage(), e);
        }
    }

    private static DpsAnswer answer(String from, DpsTopic.Reply reply, byte[] body) {
        OptionalInt seconds = reply.retryAfterSeconds();
        return new DpsAnswer(
                from,
                reply.status(),
                seconds.isPresent() ? Optional.of(Duration.ofSeconds(seconds.getAsInt())) : Optional.empty(),
                new String(body, StandardCharsets.UTF_8));
    }
}
