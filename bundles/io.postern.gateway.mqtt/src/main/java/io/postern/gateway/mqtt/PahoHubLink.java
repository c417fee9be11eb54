// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.https.PreparingSocketFactory;
import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubSession;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ModelId;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.hub.HubUserName;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.ScheduledExecutorPingSender;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * Opens hub sessions with Paho. All sessions share their threads and TLS settings; none keeps messages of its own, the
 * outbox does. A token goes to the hub as the password of the connection and nowhere else; a certificate is shown in the
 * handshake.
 */
final class PahoHubLink implements HubLink, AutoCloseable {
    private static final int CONNECT_SECONDS = 10; // for TCP and again for TLS; a lost SYN is repeated three times
    private static final Duration CONNECT = Duration.ofSeconds(25); // both, and the hub's look at the token
    private static final int KEEP_ALIVE_SECONDS = 60; // a silent link shows within two of these

    private static final int LINGER_SECONDS =
            1; // a hub that answers a close does so within; one that is gone never does

    private final PahoThreads threads = new PahoThreads();
    private final TrustAnchors anchors;
    private final SSLSocketFactory sockets; // of all sessions that prove themselves with a token
    private final int port;

    PahoHubLink(TrustAnchors anchors, int port) {
        this.anchors = anchors;
        this.sockets = prepared(anchors.socketFactory());
        this.port = port;
    }

    @Override
    public HubSession open(HubName hub, DeviceId device, Credential credential, Optional<ModelId> model)
            throws IOException {
        if (device.text().contains("+") || device.text().contains("#")) {
            throw new IOException("the device id " + device + " cannot stand in an MQTT topic: it has a + or #");
        }
        MqttAsyncClient client = client(hub, device);
        var session = new PahoHubSession(client, device);
        try {
            var connected = new Outcome();
            client.connect(options(hub, device, credential, model), null, connected);
            connected.await(1, CONNECT);
            return session;
        } catch (MqttException e) {
            session.close();
            throw Failures.ofConnect(e, device, hub + ":" + port);
        } catch (IOException e) {
            session.close();
            throw new IOException("cannot connect " + device + " to the hub at " + hub + ":" + port, e);
        } catch (InterruptedException e) {
            session.close();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting " + device);
        }
    }

    /** Ends the shared timer. Sessions are closed by those who opened them. */
    @Override
    public void close() {
        threads.close();
    }

    private MqttAsyncClient client(HubName hub, DeviceId device) throws IOException {
        try {
            return new MqttAsyncClient(
                    "ssl://" + hub + ":" + port,
                    device.text(),
                    new MemoryPersistence(),
                    new ScheduledExecutorPingSender(threads),
                    threads);
        } catch (MqttException e) {
            throw new IOException("cannot prepare a session of " + device + " with " + hub, e);
        }
    }

    private MqttConnectOptions options(HubName hub, DeviceId device, Credential credential, Optional<ModelId> model) {
        var options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setUserName(new HubUserName(hub, device, model).text());
        switch (credential) {
            case Credential.Token(SasToken token) -> {
                options.setSocketFactory(sockets);
                try (Secret password = token.text()) {
                    options.setPassword(password.revealUtf8().toCharArray());
                }
            }
            case Credential.Certificate(ClientCertificate certificate) -> // and no password (HUB-03)
                options.setSocketFactory(prepared(anchors.socketFactory(certificate)));
        }
        options.setCleanSession(false); // what the hub holds for the device stays while it is away
        options.setAutomaticReconnect(false); // the uplink decides, with a fresh token
        options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
        options.setConnectionTimeout(CONNECT_SECONDS);
        options.setMaxInflight(PahoHubSession.WINDOW + 1); // a twin question or the answer to a method beside
        options.setHttpsHostnameVerificationEnabled(true);
        return options;
    }

    private static SSLSocketFactory prepared(SSLSocketFactory plain) {
        return new PreparingSocketFactory(plain, PahoHubLink::prepare);
    }

    private static void prepare(Socket socket) throws IOException {
        socket.setSoLinger(true, LINGER_SECONDS);
        socket.setTcpNoDelay(true); // a lone reading must not wait for the acknowledgement of the one before
    }
}
