// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.DpsAnswer;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;

/** What a provisioning service sends over AMQP. spec: AMQP 1.0 Part 3, 3.2 */
final class DpsMessage {
    private static final int AROUND_BODY = 1024; // ours take a fifth of it

    private final Received message;

    private DpsMessage(Received message) {
        this.message = message;
    }

    /** A question under the name {@code id}, in octets. */
    static byte[] encode(String id, Map<String, Object> properties, Bytes body) {
        Message message = Message.Factory.create();
        message.setMessageId(id);
        message.setCorrelationId(id); // one official client does, for services that give back this one
        message.setApplicationProperties(new ApplicationProperties(new LinkedHashMap<>(properties)));
        message.setBody(new Data(new Binary(body.toArray())));
        byte[] room = new byte[body.length() + AROUND_BODY];
        int length = message.encode(room, 0, room.length);
        return Arrays.copyOf(room, length);
    }

    static DpsMessage decode(byte[] octets) throws IOException {
        return new DpsMessage(Received.decode(octets));
    }

    /** A service that names no question answers them in their order. */
    boolean isAnswerTo(String id) {
        return message.correlationId().map(id::equals).orElse(true);
    }

    DpsAnswer said(String from) {
        Object wait = message.property("retry-after").orElse(null); // whole seconds
        return new DpsAnswer(from, 200, AmqpRefusal.seconds(wait), message.text());
    }
}
