// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.wire.Bytes;
import java.util.Map;
import java.util.Optional;

/**
 * A message, as far as our services look into it. spec: AMQP 1.0 Part 3, 3.2
 *
 * <p>Ids keep the type the client chose (text, number, UUID or octets): an answer that gives one back in another type is
 * not recognised.
 *
 * @param properties the application properties
 * @param body the octets of its Data section, or its text as UTF-8; empty when it has another body or none
 */
public record AmqpMessage(
        Optional<Object> messageId, Optional<Object> correlationId, Map<String, Object> properties, Bytes body) {
    public AmqpMessage {
        properties = Map.copyOf(properties);
    }

    /** An answer to this message. */
    public AmqpMessage answer(Map<String, Object> answerProperties, Bytes answerBody) {
        return new AmqpMessage(Optional.empty(), correlationId.or(() -> messageId), answerProperties, answerBody);
    }

    /** A text property; empty when there is none or one that is no text. */
    public Optional<String> text(String property) {
        return properties.get(property) instanceof String text ? Optional.of(text) : Optional.empty();
    }
}
