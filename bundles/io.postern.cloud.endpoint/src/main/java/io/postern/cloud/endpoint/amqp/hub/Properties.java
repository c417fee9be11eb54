// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.AmqpMessage.Standard;
import io.postern.wire.Bytes;
import io.postern.wire.Shown;
import io.postern.wire.UtcText;
import io.postern.wire.hub.PropertyBag;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The properties of AMQP messages, and the same as every other transport of the hub has them: a bag of texts. */
final class Properties {
    private static final int MOST = 64; // as many as a bag on any other transport
    private static final Map<String, String> SYSTEM = Map.of(
            "iothub-outputname", "$.on",
            "iothub-interface-id", "$.ifid",
            "dt-subject", "$.sub",
            "iothub-creation-time-utc", PropertyBag.CREATION_TIME);

    private Properties() {}

    /**
     * A message's properties as a bag.
     *
     * @throws IllegalArgumentException when there are too many, or one is no single value
     */
    static PropertyBag bag(AmqpMessage message) {
        SequencedMap<String, String> bag = new LinkedHashMap<>();
        message.standard().forEach((member, value) -> {
            String key = key(member);
            if (!key.isEmpty()) {
                bag.put(key, text(key, value));
            }
        });
        message.properties().forEach((name, value) -> {
            String key = SYSTEM.getOrDefault(name, name);
            if (name.isEmpty() || name.startsWith("$.")) {
                throw new IllegalArgumentException("an application property has a name, and one without $. before it");
            }
            bag.putIfAbsent(key, text(name, value));
        });
        if (bag.size() > MOST) {
            throw new IllegalArgumentException("a message has at most " + MOST + " properties");
        }
        return new PropertyBag(bag);
    }

    /** The bag's name of a standard property; empty when the bag has none. */
    private static String key(Standard member) {
        return switch (member) {
            case MESSAGE_ID -> PropertyBag.MESSAGE_ID;
            case USER_ID -> "$.uid";
            case TO -> "$.to";
            case CORRELATION_ID -> PropertyBag.CORRELATION_ID;
            case CONTENT_TYPE -> PropertyBag.CONTENT_TYPE;
            case CONTENT_ENCODING -> PropertyBag.CONTENT_ENCODING;
            case EXPIRES -> "$.exp";
            case CREATED -> PropertyBag.CREATION_TIME;
            case SUBJECT, REPLY_TO, GROUP_ID -> "";
        };
    }

    private static String text(String name, Object value) {
        return switch (value) {
            case String text -> text;
            case Instant instant -> UtcText.of(instant);
            case Bytes bytes -> bytes.toUtf8();
            case Number number -> number.toString();
            case Boolean bool -> bool.toString();
            case UUID uuid -> uuid.toString();
            case Character character -> character.toString();
            default ->
                throw new IllegalArgumentException(
                        "the property \"" + Shown.of(name) + "\" is no text, number, time or id");
        };
    }

    /** A message to a device with what stands in {@code bag}. */
    static AmqpMessage message(PropertyBag bag, Bytes body) {
        Map<String, Object> properties = new LinkedHashMap<>();
        bag.entries().forEach((key, value) -> {
            if (!key.startsWith("$.")) {
                properties.put(key, value);
            }
        });
        AmqpMessage message = AmqpMessage.of(properties, body);
        message = with(message, Standard.CORRELATION_ID, bag.get(PropertyBag.CORRELATION_ID));
        message = with(message, Standard.CONTENT_TYPE, bag.get(PropertyBag.CONTENT_TYPE));
        message = with(message, Standard.CONTENT_ENCODING, bag.get(PropertyBag.CONTENT_ENCODING));
        return with(message, Standard.USER_ID, bag.get("$.uid").map(Bytes::utf8));
    }

    private static AmqpMessage with(AmqpMessage message, Standard member, Optional<?> value) {
        return value.isPresent() ? message.with(member, value.get()) : message;
    }

    /** An id that is meant to be a UUID, in whichever type it came. */
    static Optional<UUID> uuid(@Nullable Object id) {
        try {
            return switch (id) {
                case UUID uuid -> Optional.of(uuid);
                case String text -> Optional.of(UUID.fromString(text));
                case null, default -> Optional.empty();
            };
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
