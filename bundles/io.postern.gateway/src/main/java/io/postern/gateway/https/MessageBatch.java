// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.TelemetryMessage;
import io.postern.wire.Json;
import io.postern.wire.hub.PropertyBag;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Messages as the device API takes them: several in one JSON array, which is accepted as a whole or not at all, or one as a
 * body with its properties in the head (wire protocols 4.5).
 */
final class MessageBatch {
    static final String TYPE = "application/vnd.microsoft.iothub.json";
    private static final int LARGEST = 255 * 1024 - 1; // spec: 256 kB as it is sent; official clients leave this room
    private static final int MOST = 500;

    private MessageBatch() {}

    /** Cuts {@code messages}, in order, into parts that fit; one that does not fit at all is a part of its own. */
    static List<List<TelemetryMessage>> parts(List<TelemetryMessage> messages) {
        List<List<TelemetryMessage>> parts = new ArrayList<>();
        List<TelemetryMessage> part = new ArrayList<>();
        int size = 2;
        for (TelemetryMessage message : messages) {
            int next = entry(message).getBytes(StandardCharsets.UTF_8).length + 1;
            if (!part.isEmpty() && (size + next > LARGEST || part.size() == MOST)) {
                parts.add(List.copyOf(part));
                part.clear();
                size = 2;
            }
            part.add(message);
            size += next;
        }
        if (!part.isEmpty()) {
            parts.add(List.copyOf(part));
        }
        return parts;
    }

    static byte[] json(List<TelemetryMessage> part) {
        return ("[" + String.join(",", part.stream().map(MessageBatch::entry).toList()) + "]")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String entry(TelemetryMessage message) {
        var properties = Json.object();
        head(message).forEach(properties::add);
        return Json.object()
                .add("body", message.body().toBase64())
                .add("base64Encoded", true)
                .add("properties", properties)
                .build()
                .toString();
    }

    /** The properties under the names that the device API gives them. */
    static Map<String, String> head(TelemetryMessage message) {
        Map<String, String> head = new LinkedHashMap<>();
        message.bag().entries().forEach((name, value) -> head.put(field(name), value));
        return head;
    }

    private static String field(String property) {
        return switch (property) {
            case PropertyBag.MESSAGE_ID -> "iothub-messageid";
            case PropertyBag.CORRELATION_ID -> "iothub-correlationid";
            case PropertyBag.CONTENT_TYPE -> "iothub-contenttype";
            case PropertyBag.CONTENT_ENCODING -> "iothub-contentencoding";
            case PropertyBag.CREATION_TIME -> "iothub-creation-time-utc";
            default -> "iothub-app-" + property;
        };
    }
}
