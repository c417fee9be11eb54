// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.dps.RegistrationAttempt;
import io.postern.cloud.dps.RegistrationDesk;
import io.postern.cloud.hub.CloseReason;
import io.postern.cloud.hub.DeviceConnection;
import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.diagnostics.Origin;
import io.postern.cloud.hub.diagnostics.Transport;
import io.postern.cloud.hub.methods.MethodCall;
import io.postern.cloud.store.DatabaseException;
import io.postern.wire.Shown;
import io.postern.wire.mqtt.Packet;
import io.postern.wire.mqtt.Packet.ConnectReturn;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The conversation with one client, on a virtual thread of its own: one packet after the other, so that what a device
 * sends is stored and acknowledged in its order.
 */
final class MqttSession implements MqttSocket.Receiver, DeviceConnection, Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(MqttSession.class);

    private final MqttSocket socket;
    private final Admission admission;
    private final RegistrationDesk desk;
    private final InstantSource clock;
    private final Inbox inbox = new Inbox();

    MqttSession(MqttSocket socket, Admission admission, RegistrationDesk desk, InstantSource clock) {
        this.socket = socket;
        this.admission = admission;
        this.desk = desk;
        this.clock = clock;
    }

    @Override
    public void received(List<Inbox.Received> packets) {
        inbox.received(packets);
    }

    @Override
    public void gone(Optional<String> reason) {
        inbox.gone(reason);
    }

    @Override
    public void close(CloseReason reason) {
        inbox.cut(reason.code() + " " + reason.text());
        socket.close();
    }

    @Override
    public Origin origin() {
        return new Origin(Transport.MQTT, socket.remote());
    }

    @Override
    public void desiredChanged(JsonObject patch, long version) {
        inbox.notice(new Inbox.DesiredChange(patch, version));
    }

    @Override
    public void commandsWaiting() {
        inbox.notice(new Inbox.CommandsWaiting());
    }

    @Override
    public void methodCalled(MethodCall call) {
        inbox.notice(new Inbox.MethodCalled(call));
    }

    @Override
    public void run() {
        try {
            switch (inbox.take()) {
                case Inbox.Received(Packet.Connect connect, int size) -> converse(connect, size);
                case Inbox.Received(Packet.ForeignConnect foreign, int _) ->
                    refuse(
                            "",
                            ConnectReturn.UNACCEPTABLE_PROTOCOL,
                            "protocol " + Shown.of(foreign.protocol()) + " level " + foreign.level()
                                    + "; this server speaks MQTT 3.1.1");
                case Inbox.Item _ -> {
                    // gone before it said who it is
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("remote", socket.remote()).log("MQTT session failed");
        } finally {
            socket.close();
        }
    }

    private void converse(Packet.Connect connect, int size) throws InterruptedException {
        Admission.Decision decision;
        try {
            decision = admission.decide(connect, socket.clientCertificates(), this);
        } catch (DatabaseException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("deviceId", Shown.of(connect.clientId()))
                    .log("cannot check a device");
            decision = new Admission.Refused(ConnectReturn.SERVER_UNAVAILABLE, "database", "the database failed");
        }
        switch (decision) {
            case Admission.Refused(ConnectReturn code, var _, String reason) ->
                refuse(connect.clientId(), code, reason);
            case Admission.AtTheDesk(RegistrationAttempt device) ->
                new DpsConversation(socket, inbox, new DpsAnswers(desk, device, socket.remote(), clock))
                        .hold(connect, size);
            case Admission.Admitted(DeviceSession session) -> {
                try (session) {
                    new Conversation(socket, inbox, session, clock).hold(connect, size);
                }
            }
        }
    }

    private void refuse(String clientId, ConnectReturn code, String reason) {
        LOG.atWarn()
                .addKeyValue("deviceId", Shown.of(clientId)) // of a device that comes to register: its registration id
                .addKeyValue("remote", socket.remote())
                .addKeyValue("code", code)
                .addKeyValue("reason", reason)
                .log("MQTT connection refused");
        try {
            socket.write(new Packet.ConnAck(code));
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("the refused client did not wait for its answer");
        }
    }
}
