// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.siege;

import io.postern.ctl.CloudConnection;
import io.postern.ctl.Credential;
import io.postern.ctl.TrustRoots;
import io.postern.lab.LabCloud;
import io.postern.lab.amqp.AmqpCrowd;
import io.postern.lab.amqp.Frames;
import io.postern.lab.prove.Rest;
import io.postern.lab.prove.Talker;
import io.postern.wire.ConnectionString;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What strangers, devices and readers should not do, each from its beginning until the cloud side ends it. */
final class Misdeeds implements AutoCloseable {
    static final DeviceId UNREAD = DeviceId.of("unread");
    static final DeviceId FLOOD = DeviceId.of("flood");
    static final DeviceId TWIN = DeviceId.of("twin");
    static final DeviceId BAD = DeviceId.of("bad");

    private static final String FROM = "127.0.0.5";
    private static final int LARGEST = 255 * 1024; // of 256 KB with its properties
    private static final int ENDLESS = 100_000; // more than anybody holds for one who does not read
    private static final int TEXTS = 7; // of 4 KB, the longest there may be, in a part of 32 KB

    private final LabCloud cloud;
    private final Witness witness;
    private final AtomicLong flood;
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    /** @param flood how many bytes of messages may be sent in all, for they are kept */
    Misdeeds(LabCloud cloud, Witness witness, long flood) {
        this.cloud = cloud;
        this.witness = witness;
        this.flood = new AtomicLong(flood);
    }

    /** Asks for its twin again and again and reads no answer. */
    void neverRead() throws IOException {
        Talker talker = kept(Talker.connect(cloud, FROM, UNREAD));
        talker.subscribe("$iothub/twin/res/#");
        for (int i = 0; i < ENDLESS; i++) {
            talker.publish("$iothub/twin/GET/?$rid=" + i, 0, 0, new byte[0]);
        }
    }

    /** The largest messages, as fast as they are taken. */
    void flood() throws IOException {
        byte[] large = (Witness.canary(FLOOD) + "x".repeat(LARGEST)).getBytes(StandardCharsets.US_ASCII);
        Talker talker = kept(Talker.connect(cloud, FROM, FLOOD));
        for (int id = 1; flood.addAndGet(-large.length) > 0; id = id % 60_000 + 1) {
            talker.publish("devices/" + FLOOD + "/messages/events/", 1, id, large);
            if (id > 4) {
                talker.read(Talker.PUBACK);
            }
        }
    }

    /** Takes its commands and acknowledges none. */
    void hoard(DeviceId device) throws IOException {
        Talker talker = kept(Talker.connect(cloud, "127.0.0.6", device));
        talker.subscribe("devices/" + device + "/messages/devicebound/#");
        while (true) {
            Talker.Packet packet = talker.read(Talker.PUBLISH);
            witness.heard(device, packet.topic() + packet.payload());
        }
    }

    /** Twins of the largest size, written and read again. */
    void largeTwin() throws IOException {
        var large = Json.object().add("canary", Witness.canary(TWIN));
        for (int i = 0; i < TEXTS; i++) {
            large.add("text" + i, "y".repeat(4_000));
        }
        byte[] document = large.build().toString().getBytes(StandardCharsets.US_ASCII);
        Talker talker = kept(Talker.connect(cloud, FROM, TWIN));
        talker.subscribe("$iothub/twin/res/#");
        while (true) {
            talker.publish("$iothub/twin/PATCH/properties/reported/?$rid=w", 0, 0, document);
            talker.read(Talker.PUBLISH);
            talker.publish("$iothub/twin/GET/?$rid=r", 0, 0, new byte[0]);
            witness.heard(TWIN, talker.read(Talker.PUBLISH).payload());
        }
    }

    void wrongTokenOverHttps() throws IOException {
        try (Rest rest = Rest.open(cloud, cloud.connection().hub().host())) {
            while (!over) {
                Secret token = wrong().token(Instant.now()).text();
                int status = rest.ask("GET", "/twins/" + BAD, token, "").status();
                if (status != 401) {
                    throw new IllegalStateException("a wrong token was answered with " + status);
                }
            }
        }
    }

    void wrongTokenOverMqtt() throws IOException {
        CloudConnection at = cloud.connection();
        var with = new CloudConnection(
                at.dpsPolicy(),
                Optional.of(new Credential.PolicyKey(wrong())),
                at.furtherHubs(),
                at.tokenPolicy(),
                at.tokenHost(),
                at.caFile(),
                at.hostsFile(),
                at.idScope(),
                at.provisioningHost(),
                at.httpsPort(),
                at.mqttPort());
        Talker.connect(cloud, with, FROM, BAD).close();
        throw new IllegalStateException("a wrong token opened the hub");
    }

    void qosTwo() throws IOException {
        endedBy("devices/" + BAD + "/messages/events/", 2);
    }

    void malformedBag() throws IOException {
        endedBy("devices/" + BAD + "/messages/events/%zz=%&=&$.=1&a=b=c", 1);
    }

    void topicOfAnother() throws IOException {
        endedBy("devices/" + TWIN + "/messages/events/", 1);
    }

    private void endedBy(String topic, int qos) throws IOException {
        try (Talker talker = Talker.connect(cloud, FROM, BAD)) {
            talker.publish(topic, qos, 1, new byte[] {1});
            int kind = talker.read().kind();
            throw new IllegalStateException(topic + " at QoS " + qos + " was answered with a packet " + kind);
        }
    }

    /** Asks for all events and reads none of them. */
    void unreadEvents() throws IOException {
        String host = cloud.connection().hub().host();
        var plain = kept(new Socket(cloud.address(), cloud.connection().httpsPort()));
        Socket socket = TrustRoots.context(cloud.connection().caFile())
                .getSocketFactory()
                .createSocket(plain, host, plain.getPort(), true);
        String token = cloud.connection()
                .hub()
                .key("a proof")
                .token(Instant.now())
                .text()
                .revealUtf8();
        socket.getOutputStream()
                .write(("GET /events?from=0 HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: " + token + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    /** The same over AMQP, with credit for more than there is. */
    void unreadEventsOverAmqp() throws IOException {
        AmqpCrowd reader = kept(new AmqpCrowd(
                TrustRoots.context(cloud.connection().caFile()),
                cloud.connection().hub().host(),
                new InetSocketAddress(cloud.address(), cloud.amqpPort())));
        String host = cloud.connection().hub().host();
        reader.put(
                host,
                cloud.connection()
                        .hub()
                        .key("a proof")
                        .token(Instant.now())
                        .text()
                        .revealUtf8());
        for (int partition = 0; partition < 4; partition++) {
            reader.say(Frames.receiver(
                    "events-" + partition,
                    10 + partition,
                    "messages/events/ConsumerGroups/$Default/Partitions/" + partition,
                    ENDLESS));
        }
    }

    private ConnectionString wrong() {
        ConnectionString right = cloud.connection().hub().key("a proof");
        return new ConnectionString(right.host(), right.keyName(), Secret.of(new byte[32]));
    }

    private <T extends AutoCloseable> T kept(T connection) throws IOException {
        open.add(connection);
        if (over) {
            end(connection);
            throw new IOException("it is over");
        }
        return connection;
    }

    private static void end(AutoCloseable connection) {
        try {
            connection.close();
        } catch (Exception e) {
            // ended by the other side
        }
    }

    /** Ends all connections, also those that somebody is blocked on. */
    @Override
    public void close() {
        over = true;
        open.forEach(Misdeeds::end);
    }
}
