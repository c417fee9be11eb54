// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.wire.Bytes;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * A message, as far as our services look into it. spec: AMQP 1.0 Part 3, 3.2
 *
 * <p>Ids keep the type the client chose (text, number, UUID or octets): an answer that gives one back in another type is
 * not recognised. All other values are texts (symbols too), numbers, booleans, UUIDs, {@link Bytes} and {@link Instant}s.
 *
 * @param standard what stands in the properties section
 * @param annotations the message annotations, by their symbol
 * @param properties the application properties
 */
public record AmqpMessage(
        Map<Standard, Object> standard,
        Map<String, Object> annotations,
        Map<String, Object> properties,
        AmqpBody body) {

    /** The members of the properties section we read and write. spec: Part 3, 3.2.4 */
    public enum Standard {
        MESSAGE_ID,
        /** {@link Bytes}. */
        USER_ID,
        TO,
        SUBJECT,
        REPLY_TO,
        CORRELATION_ID,
        CONTENT_TYPE,
        CONTENT_ENCODING,
        /** {@link Instant}. */
        EXPIRES,
        /** {@link Instant}. */
        CREATED,
        GROUP_ID
    }

    public AmqpMessage {
        var members = new EnumMap<Standard, Object>(Standard.class);
        members.putAll(standard);
        standard = Collections.unmodifiableMap(members);
        annotations = Map.copyOf(annotations);
        properties = Map.copyOf(properties);
    }

    /** A message with application properties and octets only. */
    public static AmqpMessage of(Map<String, Object> properties, Bytes body) {
        return new AmqpMessage(Map.of(), Map.of(), properties, new AmqpBody.Data(body));
    }

    /** An answer to this message. */
    public AmqpMessage answer(Map<String, Object> answerProperties, Bytes answerBody) {
        return of(answerProperties, answerBody).answering(this);
    }

    /** The same with the id by which the sender of {@code question} knows its answer. */
    public AmqpMessage answering(AmqpMessage question) {
        return question.correlationId()
                .or(question::messageId)
                .map(id -> with(Standard.CORRELATION_ID, id))
                .orElse(this);
    }

    public AmqpMessage with(Standard member, Object value) {
        var more = new EnumMap<Standard, Object>(Standard.class);
        more.putAll(standard);
        more.put(member, value);
        return new AmqpMessage(more, annotations, properties, body);
    }

    public AmqpMessage withAnnotations(Map<String, Object> others) {
        return new AmqpMessage(standard, others, properties, body);
    }

    public AmqpMessage withBody(AmqpBody other) {
        return new AmqpMessage(standard, annotations, properties, other);
    }

    public Optional<Object> messageId() {
        return Optional.ofNullable(standard.get(Standard.MESSAGE_ID));
    }

    public Optional<Object> correlationId() {
        return Optional.ofNullable(standard.get(Standard.CORRELATION_ID));
    }

    /** A text of the properties section; empty when there is none or one that is no text. */
    public Optional<String> text(Standard member) {
        return standard.get(member) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** A text property of the application; empty when there is none or one that is no text. */
    public Optional<String> text(String property) {
        return properties.get(property) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** A text annotation; empty when there is none or one that is no text. */
    public Optional<String> annotation(String name) {
        return annotations.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** The octets of the body. */
    public Bytes octets() {
        return body.octets();
    }
}
