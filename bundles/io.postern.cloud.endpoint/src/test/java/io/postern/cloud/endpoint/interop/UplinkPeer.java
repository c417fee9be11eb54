// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.interop;

import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.MultiplexingClient;
import com.microsoft.azure.sdk.iot.device.MultiplexingClientOptions;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.eclipse.paho.client.mqttv3.persist.MqttDefaultFilePersistence;

/**
 * Another's client under the load of {@code ./postern bench uplink}, as a program of its own: takes readings and sends them
 * as the identities in {@code devices} (name, key, user name and password, by tabs). Ruled by the file {@code command}:
 * a number, and the pace or {@code stop}; answers with a file {@code ready}, and {@code taken-NUMBER} after a stop.
 */
public final class UplinkPeer {
    private static final int WINDOW = 20; // of an identity, as ours
    private static final long MILLI = 1_000_000;
    private static final String NOTE = "a reading of the usual size, 100 octets";

    private final Path directory;
    private final List<Identity> identities = new ArrayList<>();
    private final AtomicLong taken = new AtomicLong();

    /** Sends one message; returns when the client has taken it, and gives the permit back when it is acknowledged. */
    private interface Sender {
        void send(byte[] body, Semaphore window) throws Exception;
    }

    private static final class Identity {
        private final int number;
        private final Sender sender;
        private final Semaphore window = new Semaphore(WINDOW);
        private long last;

        Identity(int number, Sender sender) {
            this.number = number;
            this.sender = sender;
        }

        void next() throws Exception {
            window.acquire();
            last++;
            String body = "{\"stream\":" + number + ",\"n\":" + last + ",\"at\":"
                    + ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) + ",\"value\":" + (20 + last % 100 / 10.0)
                    + ",\"note\":\"" + NOTE + "\"}";
            sender.send(body.getBytes(StandardCharsets.UTF_8), window);
        }
    }

    private UplinkPeer(Path directory) {
        this.directory = directory;
    }

    /** {@code KIND DIRECTORY HOST PORT CA}. */
    public static void main(String[] args) throws Exception {
        var peer = new UplinkPeer(Path.of(args[1]));
        peer.connect(args[0], args[2], Integer.parseInt(args[3]), tls(Path.of(args[4])));
        Files.createFile(peer.directory.resolve("ready"));
        peer.obey();
    }

    private void connect(String kind, String host, int port, SSLContext tls) throws Exception {
        List<DeviceClient> multiplexed = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve("devices"))) {
            String[] device = line.split("\t");
            int number = identities.size();
            switch (kind) {
                case "paho-file" ->
                    paho(
                            new MqttDefaultFilePersistence(
                                    directory.resolve("paho").toString()),
                            "ssl://" + host + ":" + port,
                            device,
                            tls);
                case "paho-memory" -> paho(new MemoryPersistence(), "ssl://" + host + ":" + port, device, tls);
                case "azure-mqtt" -> {
                    var client = azure(host, device, IotHubClientProtocol.MQTT, tls);
                    client.open(true);
                    identities.add(new Identity(number, azureSender(client)));
                }
                case "azure-multiplexed" -> {
                    var client = azure(host, device, IotHubClientProtocol.AMQPS, tls);
                    multiplexed.add(client);
                    identities.add(new Identity(number, azureSender(client)));
                }
                default -> throw new IllegalArgumentException(kind);
            }
        }
        if (!multiplexed.isEmpty()) {
            var options = MultiplexingClientOptions.builder().sslContext(tls).build();
            var together = new MultiplexingClient(host, IotHubClientProtocol.AMQPS, options);
            together.open(true);
            together.registerDeviceClients(multiplexed, 120_000);
        }
    }

    private void paho(MqttClientPersistence persistence, String url, String[] device, SSLContext tls) throws Exception {
        var client = new MqttAsyncClient(url, device[0], persistence);
        var options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setUserName(device[2]);
        options.setPassword(device[3].toCharArray());
        options.setSocketFactory(tls.getSocketFactory());
        options.setCleanSession(false);
        options.setMaxInflight(WINDOW + 1);
        client.connect(options).waitForCompletion();
        String topic = "devices/" + device[0] + "/messages/events/$.ct=application%2Fjson&$.ce=utf-8";
        identities.add(new Identity(
                identities.size(),
                (body, window) -> client.publish(topic, body, 1, false, null, new IMqttActionListener() {
                    @Override
                    public void onSuccess(IMqttToken token) {
                        window.release();
                    }

                    @Override
                    public void onFailure(IMqttToken token, Throwable cause) {
                        System.err.println("not sent: " + cause);
                    }
                })));
    }

    private static DeviceClient azure(String host, String[] device, IotHubClientProtocol protocol, SSLContext tls) {
        return new DeviceClient(
                "HostName=" + host + ";DeviceId=" + device[0] + ";SharedAccessKey=" + device[1],
                protocol,
                ClientOptions.builder().sslContext(tls).build());
    }

    private static Sender azureSender(DeviceClient client) {
        return (body, window) -> {
            var message = new Message(body);
            message.setContentType("application/json");
            message.setContentEncoding("utf-8");
            client.sendEventAsync(
                    message,
                    (sent, failure, context) -> {
                        if (failure == null) {
                            window.release();
                        } else {
                            System.err.println("not sent: " + failure);
                        }
                    },
                    null);
        };
    }

    private void obey() throws Exception {
        Path command = directory.resolve("command");
        String done = "";
        var stopped = new AtomicBoolean(true);
        List<Thread> lines = new ArrayList<>();
        while (true) {
            String text = Files.exists(command) ? Files.readString(command) : "";
            if (!text.endsWith("\n") || text.equals(done)) {
                LockSupport.parkNanos(10 * MILLI);
                continue;
            }
            done = text;
            String[] word = text.strip().split(" ");
            if (word[1].equals("stop")) {
                stopped.set(true);
                for (Thread line : lines) {
                    line.join();
                }
                lines.clear();
                Path answer = directory.resolve("taken-" + word[0]);
                Files.writeString(answer, taken.getAndSet(0) + "\n");
            } else {
                stopped.set(false);
                lines.addAll(start(Double.parseDouble(word[1]), stopped));
            }
        }
    }

    private List<Thread> start(double perSecond, AtomicBoolean stopped) {
        int count = Math.min(identities.size(), perSecond > 0 ? 10 : 128);
        long period = perSecond > 0 ? Math.round(count * 1e9 / perSecond) : 0;
        List<Thread> lines = new ArrayList<>();
        for (int line = 0; line < count; line++) {
            int first = line;
            lines.add(Thread.ofVirtual().start(() -> run(first, count, period, stopped)));
        }
        return lines;
    }

    private void run(int first, int lines, long period, AtomicBoolean stopped) {
        long due = System.nanoTime() + period * first / lines;
        for (int each = first; !stopped.get(); each = each + lines < identities.size() ? each + lines : first) {
            while (period > 0 && System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            due += period;
            try {
                identities.get(each).next();
                taken.incrementAndGet();
            } catch (Exception e) {
                System.err.println("not taken: " + e);
                return;
            }
        }
    }

    private static SSLContext tls(Path ca) throws Exception {
        KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
        roots.load(null, null);
        try (InputStream in = Files.newInputStream(ca)) {
            roots.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(roots);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
