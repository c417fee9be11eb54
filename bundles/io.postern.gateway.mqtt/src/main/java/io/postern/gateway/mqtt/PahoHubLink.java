// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.spi.Channel;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.UnreachableException;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ModelId;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.hub.HubUserName;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.ScheduledExecutorPingSender;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * Opens hub sessions with Paho, each over a channel of its own. All share their threads; none keeps messages, the outbox
 * does. A token goes to the hub as the password of the connection and nowhere else; a certificate is shown in the
 * handshake.
 */
final class PahoHubLink implements HubLink {
    static final String OPEN_ALREADY = "tcp://127.0.0.1:8883"; // Paho wants an address it will not go to
    private static final Duration LOOK = Duration.ofSeconds(1); // at who waits for an answer, up to half a minute

    private final PahoThreads threads = new PahoThreads();
    private final Dialer dialer;
    private final int port;
    private final Optional<String> webSocket;
    private final MqttPatience patience;
    private final Set<PahoHubSession> sessions = ConcurrentHashMap.newKeySet(); // ended by those who opened them
    private final AtomicBoolean looking = new AtomicBoolean();

    /** @param webSocket its sub-protocol, where MQTT is to travel in one */
    PahoHubLink(Dialer dialer, int port, Optional<String> webSocket, MqttPatience patience) {
        this.patience = patience;
        this.dialer = dialer;
        this.port = port;
        this.webSocket = webSocket;
    }

    @Override
    public HubSession open(HubName hub, DeviceId device, Credential credential, Optional<ModelId> model)
            throws IOException {
        if (device.text().contains("+") || device.text().contains("#")) {
            throw new IOException("the device id " + device + " cannot stand in an MQTT topic: it has a + or #");
        }
        var to = new Dialer.Destination(hub.text(), port, webSocket);
        Optional<ClientCertificate> certificate =
                credential instanceof Credential.Certificate(var shown) ? Optional.of(shown) : Optional.empty();
        Channel channel = dialer.dial(to, certificate);
        PahoHubSession session;
        try {
            channel.patience(Duration.ZERO); // the keep-alive finds out about a silent link
            session = new PahoHubSession(client(device), channel, device, patience.answer());
        } catch (IOException e) {
            channel.close();
            throw Failures.silent(e, device, to.toString());
        }
        introduce(session, to, options(session, hub, credential, model, channel));
        watch(session);
        return session;
    }

    private void watch(PahoHubSession session) {
        sessions.add(session);
        if (looking.compareAndSet(false, true)) {
            var _ = threads.scheduleWithFixedDelay(
                    () -> sessions.removeIf(each -> !each.look(System.nanoTime())),
                    LOOK.toMillis(),
                    LOOK.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void probe(HubName hub) throws UnreachableException {
        dialer.dial(new Dialer.Destination(hub.text(), port, webSocket), Optional.empty())
                .close();
    }

    private void introduce(PahoHubSession session, Dialer.Destination to, MqttConnectOptions options)
            throws IOException {
        try {
            session.connect(options, patience.connect());
        } catch (MqttException e) {
            session.close();
            throw Failures.ofConnect(e, session.device(), to.toString());
        } catch (IOException e) {
            session.close();
            throw Failures.silent(e, session.device(), to.toString());
        } catch (InterruptedException e) {
            session.close();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting " + session.device());
        }
    }

    /** Ends the shared timer. Sessions are closed by those who opened them. */
    @Override
    public void close() {
        threads.close();
    }

    private MqttAsyncClient client(DeviceId device) throws IOException {
        try {
            return new MqttAsyncClient(
                    OPEN_ALREADY,
                    device.text(),
                    new MemoryPersistence(),
                    new ScheduledExecutorPingSender(threads),
                    threads);
        } catch (MqttException e) {
            throw new IOException("Paho does not take " + device, e);
        }
    }

    private MqttConnectOptions options(
            PahoHubSession session, HubName hub, Credential credential, Optional<ModelId> model, Channel channel) {
        var options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setSocketFactory(ChannelSocket.factory(channel, session.out()));
        options.setUserName(new HubUserName(hub, session.device(), model).text());
        if (credential instanceof Credential.Token(SasToken token)) { // with a certificate no password (HUB-03)
            try (Secret password = token.text()) {
                options.setPassword(password.revealUtf8().toCharArray());
            }
        }
        options.setCleanSession(false); // what the hub holds for the device stays while it is away
        options.setAutomaticReconnect(false); // the uplink decides, with a fresh token
        options.setKeepAliveInterval((int) patience.keepAlive().toSeconds());
        options.setMaxInflight(PahoHubSession.WINDOW + 1); // a twin question or the answer to a method beside
        return options;
    }
}
