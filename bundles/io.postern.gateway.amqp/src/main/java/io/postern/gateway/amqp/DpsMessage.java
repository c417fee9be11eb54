// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.DpsAnswer;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** What a provisioning service sends over AMQP. spec: AMQP 1.0 Part 3, 3.2 */
final class DpsMessage {
    private static final int AROUND_BODY = 1024; // ours take a fifth of it

    private final Message message;

    private DpsMessage(Message message) {
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
        Message message = Message.Factory.create();
        try {
            message.decode(octets, 0, octets.length);
        } catch (RuntimeException e) { // what the decoder did not expect of a peer
            throw new IOException("an answer that is no AMQP message: " + e, e);
        }
        return new DpsMessage(message);
    }

    /** A service that names no question answers them in their order. */
    boolean isAnswerTo(String id) {
        Object correlation = message.getCorrelationId();
        return correlation == null || correlation.equals(id);
    }

    DpsAnswer said(String from) {
        ApplicationProperties properties = message.getApplicationProperties();
        Object wait = properties == null ? null : properties.getValue().get("retry-after"); // whole seconds
        return new DpsAnswer(from, 200, AmqpRefusal.seconds(wait), text(message.getBody()));
    }

    private static String text(@Nullable Section body) {
        return switch (body) {
            case Data data
            when data.getValue() != null -> {
                Binary octets = data.getValue();
                yield new String(
                        octets.getArray(), octets.getArrayOffset(), octets.getLength(), StandardCharsets.UTF_8);
            }
            case AmqpValue value when value.getValue() instanceof String text -> text;
            case null, default -> "";
        };
    }
}
