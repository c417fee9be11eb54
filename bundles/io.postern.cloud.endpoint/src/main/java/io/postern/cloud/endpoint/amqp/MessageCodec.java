// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.wire.Bytes;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** Messages to octets and back. The library keeps its codec per thread, so this belongs on event loops, of which there are few. */
final class MessageCodec {
    private static final int AROUND_BODY = 1024; // properties of our answers take a tenth of it

    private MessageCodec() {}

    /** @throws IllegalArgumentException when the octets are no message, or one with several body sections */
    static AmqpMessage decode(byte[] octets) {
        Message message = Message.Factory.create();
        ReadableBuffer buffer = ReadableBuffer.ByteBufferReader.wrap(octets);
        try {
            message.decode(buffer);
        } catch (RuntimeException | StackOverflowError e) { // the library's decoder follows every nesting
            throw new IllegalArgumentException("the octets of a transfer are no AMQP message: " + e, e);
        }
        if (buffer.hasRemaining()) {
            throw new IllegalArgumentException("a message has more than one body section");
        }
        return new AmqpMessage(
                Optional.ofNullable(message.getMessageId()),
                Optional.ofNullable(message.getCorrelationId()),
                properties(message.getApplicationProperties()),
                body(message.getBody()));
    }

    static ReadableBuffer encode(AmqpMessage message) {
        Message out = Message.Factory.create();
        message.messageId().ifPresent(out::setMessageId);
        message.correlationId().ifPresent(out::setCorrelationId);
        if (!message.properties().isEmpty()) {
            out.setApplicationProperties(new ApplicationProperties(new LinkedHashMap<>(message.properties())));
        }
        out.setBody(new Data(new Binary(message.body().toArray())));
        byte[] room = new byte[message.body().length() + AROUND_BODY];
        int length = out.encode(room, 0, room.length);
        return ReadableBuffer.ByteBufferReader.wrap(ByteBuffer.wrap(room, 0, length));
    }

    private static Map<String, Object> properties(@Nullable ApplicationProperties section) {
        Map<String, Object> properties = new LinkedHashMap<>();
        if (section != null && section.getValue() != null) {
            section.getValue().forEach((key, value) -> {
                if (key != null && value != null) {
                    properties.put(key, value);
                }
            });
        }
        return properties;
    }

    private static Bytes body(@Nullable Section body) {
        return switch (body) {
            case Data data when data.getValue() != null -> Bytes.of(octets(data.getValue()));
            case AmqpValue value when value.getValue() instanceof String text -> Bytes.utf8(text);
            case AmqpValue value when value.getValue() instanceof Binary binary -> Bytes.of(octets(binary));
            case null, default -> Bytes.EMPTY;
        };
    }

    static byte[] octets(Binary binary) {
        byte[] octets = new byte[binary.getLength()];
        System.arraycopy(binary.getArray(), binary.getArrayOffset(), octets, 0, octets.length);
        return octets;
    }
}
