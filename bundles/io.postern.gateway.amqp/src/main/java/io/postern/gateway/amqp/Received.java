// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.wire.Bytes;
import io.postern.wire.hub.PropertyBag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** A message a service has sent. spec: AMQP 1.0 Part 3, 3.2 */
final class Received {
    private final Message message;
    private final int size;

    private Received(Message message, int size) {
        this.message = message;
        this.size = size;
    }

    /** @throws IOException when the octets are no message */
    static Received decode(byte[] octets) throws IOException {
        Message message = Message.Factory.create();
        try {
            message.decode(octets, 0, octets.length);
        } catch (RuntimeException | StackOverflowError e) { // the library's decoder follows every nesting
            throw new IOException("an answer that is no AMQP message: " + e, e);
        }
        return new Received(message, octets.length);
    }

    /** Octets as it came. */
    int size() {
        return size;
    }

    Optional<Object> correlationId() {
        return Optional.ofNullable(message.getCorrelationId());
    }

    /** All that stands beside the body, as a bag of texts, the same as over every transport; what is no text is left out. */
    PropertyBag bag() {
        SequencedMap<String, String> bag = new LinkedHashMap<>();
        put(bag, PropertyBag.MESSAGE_ID, message.getMessageId());
        put(bag, PropertyBag.CORRELATION_ID, message.getCorrelationId());
        put(bag, PropertyBag.CONTENT_TYPE, message.getContentType());
        put(bag, PropertyBag.CONTENT_ENCODING, message.getContentEncoding());
        ApplicationProperties properties = message.getApplicationProperties();
        if (properties != null && properties.getValue() != null) {
            properties.getValue().forEach((key, value) -> put(bag, key, value));
        }
        return new PropertyBag(bag);
    }

    private static void put(Map<String, String> bag, String key, @Nullable Object value) {
        switch (value) {
            case String text -> bag.putIfAbsent(key, text);
            case Number number -> bag.putIfAbsent(key, number.toString());
            case Boolean bool -> bag.putIfAbsent(key, bool.toString());
            case UUID uuid -> bag.putIfAbsent(key, uuid.toString());
            case Symbol symbol -> bag.putIfAbsent(key, symbol.toString());
            case null, default -> {
                // nothing that has a text
            }
        }
    }

    /** Whether it came before and was not settled then. */
    boolean wasDeliveredBefore() {
        Object counted = annotation("iothub-deliverycount").orElse(message.getDeliveryCount());
        return counted instanceof Number number && number.longValue() > 0;
    }

    /** The body, when it is octets or a text; else empty. */
    Bytes octets() {
        return message.getBody() instanceof Data data && data.getValue() != null
                ? Bytes.of(Arrays.copyOfRange(
                        data.getValue().getArray(),
                        data.getValue().getArrayOffset(),
                        data.getValue().getArrayOffset() + data.getValue().getLength()))
                : Bytes.utf8(text());
    }

    /** An application property. */
    Optional<Object> property(String name) {
        ApplicationProperties properties = message.getApplicationProperties();
        return properties == null || properties.getValue() == null
                ? Optional.empty()
                : Optional.ofNullable(properties.getValue().get(name));
    }

    Optional<Object> annotation(String name) {
        MessageAnnotations annotations = message.getMessageAnnotations();
        Map<Symbol, Object> all = annotations == null ? null : annotations.getValue();
        return all == null ? Optional.empty() : Optional.ofNullable(all.get(Symbol.valueOf(name)));
    }

    /** The body, when it is octets or a text; else empty. */
    String text() {
        return text(message.getBody());
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
