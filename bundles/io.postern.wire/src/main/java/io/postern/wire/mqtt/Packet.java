// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.mqtt;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import java.util.List;
import java.util.Optional;

/** The control packets of MQTT 3.1.1 that this hub takes part in. */
public sealed interface Packet {

    /** What a server reads. */
    sealed interface Inbound extends Packet {}

    /** What a server writes. */
    sealed interface Outbound extends Packet {}

    /** @param keepAliveSeconds 0 when the client asks for none */
    record Connect(
            String clientId,
            int keepAliveSeconds,
            Optional<Publish> will,
            Optional<String> userName,
            Optional<Secret> password)
            implements Inbound {}

    /** A CONNECT of another protocol version; what follows its level is not understood. */
    record ForeignConnect(String protocol, int level) implements Inbound {}

    /** @param id 0 when {@code qos} is 0 */
    record Publish(String topic, Bytes payload, int qos, int id, boolean retain) implements Inbound, Outbound {
        public static Publish unacknowledged(String topic, Bytes payload) {
            return new Publish(topic, payload, 0, 0, false);
        }
    }

    /** Sent before, and perhaps received. */
    record Redelivery(Publish publish) implements Outbound {}

    record PubAck(int id) implements Inbound, Outbound {}

    record Subscribe(int id, List<Subscription> subscriptions) implements Inbound {}

    record Subscription(String filter, int qos) {}

    record Unsubscribe(int id, List<String> filters) implements Inbound {}

    record PingReq() implements Inbound {}

    record Disconnect() implements Inbound {}

    record ConnAck(ConnectReturn code) implements Outbound {}

    /** @param codes per subscription the granted QoS, or {@link #REFUSED} */
    record SubAck(int id, List<Integer> codes) implements Outbound {
        public static final int REFUSED = 0x80;
    }

    record UnsubAck(int id) implements Outbound {}

    record PingResp() implements Outbound {}

    /** spec: MQTT 3.1.1, table 3.1 */
    enum ConnectReturn {
        ACCEPTED(0),
        UNACCEPTABLE_PROTOCOL(1),
        IDENTIFIER_REJECTED(2),
        SERVER_UNAVAILABLE(3),
        BAD_USER_NAME_OR_PASSWORD(4),
        NOT_AUTHORIZED(5);

        private final byte code;

        ConnectReturn(int code) {
            this.code = (byte) code;
        }

        public byte code() {
            return code;
        }
    }
}
