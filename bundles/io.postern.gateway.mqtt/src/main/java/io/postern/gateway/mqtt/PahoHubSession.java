// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Channel;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.OrderQueue;
import io.postern.gateway.spi.ThrottledException;
import io.postern.wire.DeviceId;
import io.postern.wire.ErrorBody;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import io.postern.wire.hub.HubTopic;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connected Paho client. All but the callbacks is called by the uplink's thread, and by the one that carries out what
 * the hub wants; the callbacks only complete what these wait for, and put orders into a queue. A session that has failed once stays failed: sending on would break the order of a leaf.
 */
final class PahoHubSession implements HubSession, MqttCallback {
    private static final Logger LOG = LoggerFactory.getLogger(PahoHubSession.class);
    private static final Duration GOODBYE = Duration.ofSeconds(2); // a hub that answers at all does within
    private static final int AT_LEAST_ONCE = 1;

    /** Messages on their way at once, at most: what the uplink sends together, so that it costs one round trip. */
    static final int WINDOW = 256;

    private final MqttAsyncClient client;
    private final Channel channel;
    private final GatheredOutput out;
    private final DeviceId device;
    private final Duration answer;
    private final TwinReplies replies = new TwinReplies();
    private final AtomicReference<@Nullable Throwable> lost = new AtomicReference<>();
    private final OrderQueue orders = new OrderQueue();
    private final OrderTopics wanted = new OrderTopics(orders);
    private final Set<Outcome> waiting = ConcurrentHashMap.newKeySet(); // one for each thread
    private final String commands;
    private volatile Runnable told = () -> {};
    private boolean listensToTwin;
    private volatile boolean closed;

    /**
     * @param channel open; closed with the session
     * @param answer how long to wait for one
     */
    PahoHubSession(MqttAsyncClient client, Channel channel, DeviceId device, Duration answer) {
        this.client = client;
        this.answer = answer;
        this.channel = channel;
        this.out = new GatheredOutput(channel.out());
        this.device = device;
        this.commands = HubTopic.commandTopic(device, PropertyBag.EMPTY);
        client.setCallback(this);
        client.setManualAcks(true); // a command is acknowledged when it was carried out
    }

    /** @throws MqttException as the hub or the connection refuse; the session has to be closed then */
    void connect(MqttConnectOptions options, Duration patience)
            throws MqttException, IOException, InterruptedException {
        var connected = new Outcome();
        client.connect(options, null, connected);
        connected.await(1, patience);
    }

    /**
     * Ends the waits for an answer that have lasted too long; one thread looks for all sessions.
     *
     * @return whether it is to look again
     */
    boolean look(long now) {
        waiting.forEach(outcome -> outcome.look(now));
        return !closed;
    }

    GatheredOutput out() {
        return out;
    }

    DeviceId device() {
        return device;
    }

    @Override
    public void send(List<TelemetryMessage> messages) throws IOException, InterruptedException {
        request("send " + messages.size() + " messages", outcome -> {
            int sent = 0;
            out.expect(Math.min(messages.size(), WINDOW));
            for (TelemetryMessage message : messages) {
                outcome.awaitWatched(sent - WINDOW + 1, answer);
                publish(TelemetryTopic.of(message), message.body().toArray(), outcome);
                sent++;
            }
            outcome.awaitWatched(sent, answer);
        });
    }

    /** MQTT 3.1.1 knows no second CONNECT. */
    @Override
    public boolean renew(Credential fresh) {
        return false;
    }

    @Override
    public void report(JsonObject patch) throws IOException, InterruptedException {
        ask("report properties", patch.toString().getBytes(StandardCharsets.UTF_8), HubTopic::twinReportTopic);
    }

    @Override
    public JsonObject twin() throws IOException, InterruptedException {
        String body =
                ask("read its twin", new byte[0], HubTopic::twinGetTopic).body().toUtf8();
        try {
            return Json.parseObject(body);
        } catch (IllegalArgumentException e) {
            throw new IOException("the hub's answer about the twin of " + device + " is not a JSON object", e);
        }
    }

    @Override
    public void follow() throws IOException, InterruptedException {
        String[] topics = {HubTopic.DESIRED_CHANGES, HubTopic.METHOD_CALLS, HubTopic.commandFilter(device)};
        request("listen to what the hub wants", outcome -> {
            client.subscribe(topics, new int[] {AT_LEAST_ONCE, AT_LEAST_ONCE, AT_LEAST_ONCE}, null, outcome);
            outcome.await(1, answer);
        });
    }

    @Override
    public Optional<HubOrder> nextOrder(Duration atMost) throws IOException, InterruptedException {
        return orders.next(atMost);
    }

    @Override
    public boolean wakeWithNextOrder(Runnable wake) {
        return orders.wakeWithNext(wake);
    }

    @Override
    public void answer(HubOrder.Method method, int status, JsonValue payload) throws IOException, InterruptedException {
        byte[] body = payload.toString().getBytes(StandardCharsets.UTF_8);
        request("answer the method " + Shown.of(method.name()), outcome -> {
            publish(HubTopic.methodReplyTopic(status, method.requestId()), body, outcome);
            outcome.await(1, answer);
        });
    }

    @Override
    public void settle(HubOrder.Command command, HubOrder.Settlement settlement)
            throws IOException, InterruptedException {
        switch (settlement) {
            case COMPLETE -> acknowledge(command);
            case REJECT -> {
                LOG.atWarn()
                        .addKeyValue("deviceId", device)
                        .addKeyValue("messageId", Shown.of(command.messageId()))
                        .log("a command cannot be carried out; MQTT has no way to say so, the hub takes it for done");
                acknowledge(command);
            }
            case ABANDON -> {} // without an acknowledgement it comes again
        }
    }

    private void acknowledge(HubOrder.Command command) throws IOException, InterruptedException {
        request(
                "settle a command",
                _ -> client.messageArrivedComplete(Integer.parseInt(command.lock()), AT_LEAST_ONCE));
    }

    @Override
    public void onLoss(Runnable told) {
        this.told = told;
        if (lost.get() != null) {
            told.run();
        }
    }

    @Override
    public boolean isOpen() {
        return lost.get() == null && client.isConnected();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        sayGoodbye();
        try {
            client.disconnectForcibly(1, 1, false);
            client.close(true);
        } catch (MqttException e) {
            LOG.atDebug().addKeyValue("deviceId", device).setCause(e).log("closing a session that was gone already");
        } finally {
            channel.close();
        }
        fail(new IOException("the session was closed"));
    }

    @Override
    public void connectionLost(Throwable cause) {
        fail(cause);
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        try {
            if (topic.startsWith(commands)) {
                wanted.commanded(topic, message);
                return;
            }
            acknowledge(message);
            if (!wanted.arrived(topic, message.getPayload())) {
                replies.arrived(topic, message.getPayload());
            }
        } catch (MqttException e) {
            connectionLost(e);
        } catch (IllegalArgumentException e) {
            LOG.atDebug().addKeyValue("deviceId", device).setCause(e).log("dropped a message on a topic of no use");
        }
    }

    private void acknowledge(MqttMessage message) throws MqttException {
        if (message.getQos() > 0) {
            client.messageArrivedComplete(message.getId(), message.getQos());
        }
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {
        // the publish's own outcome tells
    }

    /** Lets the hub know, if it is still there, so that it does not take the end for a failure. */
    private void sayGoodbye() {
        if (!isOpen()) {
            return;
        }
        try {
            var outcome = new Outcome();
            client.disconnect(0, null, outcome);
            outcome.await(1, GOODBYE);
        } catch (MqttException | IOException e) {
            LOG.atDebug().addKeyValue("deviceId", device).setCause(e).log("the hub did not hear the goodbye");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private TwinReplies.Reply ask(String what, byte[] body, java.util.function.Function<String, String> topic)
            throws IOException, InterruptedException {
        if (!listensToTwin) {
            request("listen to twin answers", outcome -> {
                client.subscribe(HubTopic.TWIN_REPLIES, AT_LEAST_ONCE, null, outcome);
                outcome.await(1, answer);
            });
            listensToTwin = true;
        }
        String id = replies.ask();
        request(what, outcome -> {
            publish(topic.apply(id), body, outcome);
            outcome.await(1, answer);
        });
        TwinReplies.Reply reply = replies.await(answer);
        if (reply.status() >= 300) {
            String refusal = "the hub would not let " + device + " " + what + ": " + reply.status() + ", "
                    + ErrorBody.describe(reply.body().toUtf8());
            throw reply.status() == 429 || reply.status() == 503
                    ? new ThrottledException(refusal, Optional.empty())
                    : new IOException(refusal);
        }
        return reply;
    }

    /** One exchange with the hub that may leave requests unanswered, and the session unusable, when it fails. */
    private void request(String what, Exchange exchange) throws IOException, InterruptedException {
        var outcome = new Outcome();
        waiting.add(outcome);
        try {
            Throwable gone = lost.get();
            if (gone != null) {
                throw new IOException("the session of " + device + " is gone, cannot " + what, gone);
            }
            exchange(what, exchange, outcome);
        } finally {
            waiting.remove(outcome);
        }
    }

    private void exchange(String what, Exchange exchange, Outcome outcome) throws IOException, InterruptedException {
        try {
            exchange.run(outcome);
        } catch (MqttException | IOException e) {
            fail(e);
            Throwable first = lost.get();
            throw new IOException(
                    "the session of " + device + " failed while it was to " + what + ": " + Failures.describe(first),
                    first);
        } catch (InterruptedException e) {
            fail(e);
            throw e;
        }
    }

    private void publish(String topic, byte[] body, Outcome outcome) throws MqttException {
        client.publish(topic, body, AT_LEAST_ONCE, false, null, outcome);
    }

    private void fail(Throwable cause) {
        if (lost.compareAndSet(null, cause)) {
            replies.lost(cause);
            orders.lost(cause);
            told.run();
        }
        waiting.forEach(outcome -> outcome.fail(cause));
    }

    /** What is done in one exchange. */
    @FunctionalInterface
    private interface Exchange {
        void run(Outcome outcome) throws IOException, MqttException, InterruptedException;
    }
}
