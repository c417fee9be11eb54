// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.spi.Channel;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.DpsAnswer;
import io.postern.gateway.spi.UnreachableException;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.dps.DpsTopic;
import io.postern.wire.dps.DpsUserName;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.ScheduledExecutorPingSender;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One device's connection to a provisioning service: questions and their answers, one at a time. */
final class DpsConversation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DpsConversation.class);
    private static final Duration ANSWER = Duration.ofSeconds(30); // as over HTTPS; official clients wait 10 to 60 s
    private static final Duration RECEIPT = Duration.ofSeconds(15); // of what the service need not think about
    private static final Duration GOODBYE = Duration.ofSeconds(1); // the service forgets the session anyhow
    private static final int KEEP_ALIVE_SECONDS = 60; // longer than the longest pause between two questions is useless
    private static final int AT_LEAST_ONCE = 1;
    private static final int MOST_CODES = 5; // spec: MQTT 3.1.1, 3.2.2.3: refusals are 1 to 5

    private final PahoThreads threads = new PahoThreads();
    private final Channel channel;
    private final Dialer.Destination service;
    private final MqttAsyncClient client;
    private final DpsReplies replies = new DpsReplies();
    private int asked;

    /** The topic of a question. */
    @FunctionalInterface
    interface Topic {
        String of(String requestId);
    }

    private DpsConversation(Channel channel, Dialer.Destination service, RegistrationId id) {
        this.channel = channel;
        this.service = service;
        try {
            client = new MqttAsyncClient(
                    PahoHubLink.OPEN_ALREADY,
                    id.text(),
                    new MemoryPersistence(),
                    new ScheduledExecutorPingSender(threads),
                    threads);
        } catch (MqttException e) {
            throw new IllegalStateException("Paho does not take " + id, e);
        }
        client.setCallback(replies);
    }

    /**
     * Introduces the device over {@code channel}, which is closed with the conversation.
     *
     * @throws ConnackException when the service does not let the device in
     */
    static DpsConversation open(
            Channel channel, Dialer.Destination service, IdScope scope, RegistrationId id, Optional<Credential> proof)
            throws UnreachableException, ConnackException, InterruptedException {
        var conversation = new DpsConversation(channel, service, id);
        try {
            var connected = new Outcome();
            conversation.client.connect(conversation.options(scope, id, proof), null, connected);
            connected.await(1, ANSWER);
            var listening = new Outcome();
            conversation.client.subscribe(DpsTopic.REPLIES, AT_LEAST_ONCE, null, listening);
            listening.await(1, RECEIPT);
            return conversation;
        } catch (MqttException e) {
            conversation.close();
            if (e.getReasonCode() > 0 && e.getReasonCode() <= MOST_CODES) {
                throw new ConnackException(e.getReasonCode(), e);
            }
            throw conversation.silent(e);
        } catch (IOException e) {
            conversation.close();
            throw conversation.silent(e);
        } catch (InterruptedException e) {
            conversation.close();
            throw e;
        }
    }

    /** Asks and waits for the answer that bears the question's number. */
    DpsAnswer ask(Topic topic, byte[] body) throws IOException, InterruptedException {
        String id = Integer.toString(++asked);
        try {
            var sent = new Outcome();
            client.publish(topic.of(id), body, AT_LEAST_ONCE, false, null, sent);
            sent.await(1, RECEIPT);
            return replies.await(id, service.toString(), ANSWER);
        } catch (MqttException | IOException e) {
            throw silent(e);
        }
    }

    @Override
    public void close() {
        try {
            if (client.isConnected()) {
                var outcome = new Outcome();
                client.disconnect(0, null, outcome);
                outcome.await(1, GOODBYE);
            }
            client.disconnectForcibly(1, 1, false);
            client.close(true);
        } catch (MqttException | IOException e) {
            LOG.atDebug().setCause(e).log("leaving a provisioning service that was gone already");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            channel.close();
            threads.close();
        }
    }

    private MqttConnectOptions options(IdScope scope, RegistrationId id, Optional<Credential> proof) {
        var options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setSocketFactory(ChannelSocket.factory(channel));
        options.setUserName(new DpsUserName(scope, id).text());
        if (proof.isPresent() && proof.get() instanceof Credential.Token(SasToken token)) {
            try (Secret password = token.text()) {
                options.setPassword(password.revealUtf8().toCharArray());
            }
        }
        options.setCleanSession(true);
        options.setAutomaticReconnect(false); // the next attempt does
        options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
        return options;
    }

    private UnreachableException silent(Exception e) {
        return new UnreachableException(
                "connected to " + service + ", but it does not speak MQTT: " + Failures.describe(e), e);
    }
}
