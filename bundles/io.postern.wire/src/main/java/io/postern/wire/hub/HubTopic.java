// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.hub;

import io.postern.wire.DeviceId;
import io.postern.wire.Shown;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The MQTT topics between a device and its hub, read and written in one place.
 *
 * <p>{@link #parse} reads what a device may publish to; the {@code static} text builders at the end write what either
 * side publishes or subscribes to.
 */
public sealed interface HubTopic {

    /** {@code devices/{id}/messages/events/{bag}}: telemetry. */
    record Telemetry(DeviceId device, PropertyBag properties) implements HubTopic {}

    /** {@code $iothub/twin/GET/?$rid={rid}}: the device asks for its twin. */
    record TwinGet(String requestId) implements HubTopic {}

    /** {@code $iothub/twin/PATCH/properties/reported/?$rid={rid}[&$version={v}]}: the device reports. */
    record TwinReport(String requestId, OptionalLong version) implements HubTopic {}

    /** {@code $iothub/methods/res/{status}/?$rid={rid}}: the answer to a direct method. */
    record MethodReply(String requestId, int status) implements HubTopic {}

    String TWIN_REPLIES = "$iothub/twin/res/#";
    String DESIRED_CHANGES = "$iothub/twin/PATCH/properties/desired/#";
    String METHOD_CALLS = "$iothub/methods/POST/#";

    /**
     * Reads a topic a device published to.
     *
     * @throws IllegalArgumentException when no device may publish there; the message names the topic
     */
    static HubTopic parse(String topic) {
        if (topic.startsWith("devices/")) {
            return telemetry(topic);
        }
        if (topic.startsWith("$iothub/twin/GET/?")) {
            return new TwinGet(requestId(topic));
        }
        if (topic.startsWith("$iothub/twin/PATCH/properties/reported/?")) {
            return new TwinReport(requestId(topic), version(topic));
        }
        if (topic.startsWith("$iothub/methods/res/")) {
            return new MethodReply(requestId(topic), status(topic));
        }
        throw unknown(topic);
    }

    static String telemetryTopic(DeviceId device, PropertyBag properties) {
        return "devices/" + device + "/messages/events/" + properties.encode();
    }

    /** What a device subscribes to for its commands. */
    static String commandFilter(DeviceId device) {
        return "devices/" + device + "/messages/devicebound/#";
    }

    /** Where a command comes to its device. */
    static String commandTopic(DeviceId device, PropertyBag properties) {
        return "devices/" + device + "/messages/devicebound/" + properties.encode();
    }

    /** Where a device is asked; the name needs no encoding. */
    static String methodCallTopic(String name, String requestId) {
        return "$iothub/methods/POST/" + name + "/?$rid=" + requestId;
    }

    static String twinGetTopic(String requestId) {
        return "$iothub/twin/GET/?$rid=" + requestId;
    }

    static String twinReportTopic(String requestId) {
        return "$iothub/twin/PATCH/properties/reported/?$rid=" + requestId;
    }

    /** {@code $rid} stands before {@code $version}: the official Java client insists. */
    static String twinReplyTopic(int status, String requestId, OptionalLong version) {
        String suffix = version.isPresent() ? "&$version=" + version.getAsLong() : "";
        return "$iothub/twin/res/" + status + "/?$rid=" + requestId + suffix;
    }

    static String desiredChangeTopic(long version) {
        return "$iothub/twin/PATCH/properties/desired/?$version=" + version;
    }

    /** Reads {@code $iothub/twin/res/{status}/?$rid=...}; empty when the topic is another. */
    static Optional<TwinReply> twinReply(String topic) {
        String prefix = "$iothub/twin/res/";
        if (!topic.startsWith(prefix)) {
            return Optional.empty();
        }
        int end = topic.indexOf('/', prefix.length());
        OptionalInt status = end < 0 ? OptionalInt.empty() : number(topic.substring(prefix.length(), end));
        if (status.isEmpty()) {
            throw unknown(topic);
        }
        return Optional.of(new TwinReply(status.getAsInt(), requestId(topic), version(topic)));
    }

    /** The hub's answer to a twin request. */
    record TwinReply(int status, String requestId, OptionalLong version) {}

    /** Where a device answers a direct method. */
    static String methodReplyTopic(int status, String requestId) {
        return "$iothub/methods/res/" + status + "/?$rid=" + requestId;
    }

    /** Reads {@code $iothub/twin/PATCH/properties/desired/?$version=...}; empty when the topic is another. */
    static OptionalLong desiredChange(String topic) {
        if (!topic.startsWith("$iothub/twin/PATCH/properties/desired/")) {
            return OptionalLong.empty();
        }
        OptionalLong version = version(topic);
        if (version.isEmpty()) {
            throw unknown(topic);
        }
        return version;
    }

    /** Reads {@code $iothub/methods/POST/{name}/?$rid=...}; empty when the topic is another. */
    static Optional<MethodCall> methodCall(String topic) {
        String prefix = "$iothub/methods/POST/";
        if (!topic.startsWith(prefix)) {
            return Optional.empty();
        }
        int end = topic.indexOf("/?", prefix.length());
        if (end <= prefix.length()) {
            throw unknown(topic);
        }
        String query = topic.substring(end + 2);
        if (!query.startsWith("$rid=") || query.length() == "$rid=".length()) {
            throw unknown(topic);
        }
        String requestId = query.substring("$rid=".length()).split("&", 2)[0];
        return Optional.of(new MethodCall(topic.substring(prefix.length(), end), requestId));
    }

    /**
     * The hub asks a device.
     *
     * @param requestId as it stands in the topic, to be said again in the answer
     */
    record MethodCall(String name, String requestId) {}

    private static HubTopic telemetry(String topic) {
        String[] levels = topic.split("/", 5);
        if (levels.length < 4 || !levels[2].equals("messages") || !levels[3].equals("events")) {
            throw unknown(topic);
        }
        return new Telemetry(
                DeviceId.of(levels[1]), levels.length < 5 ? PropertyBag.EMPTY : PropertyBag.decode(levels[4]));
    }

    private static String requestId(String topic) {
        return query(topic).get("$rid").filter(rid -> !rid.isEmpty()).orElseThrow(() -> unknown(topic));
    }

    private static OptionalLong version(String topic) {
        try {
            return query(topic)
                    .get("$version")
                    .map(v -> OptionalLong.of(Long.parseLong(v)))
                    .orElse(OptionalLong.empty());
        } catch (NumberFormatException e) {
            throw unknown(topic);
        }
    }

    private static int status(String topic) {
        String[] levels = topic.split("/", 5);
        boolean whole = levels.length == 5 && levels[4].startsWith("?");
        return number(whole ? levels[3] : "").orElseThrow(() -> unknown(topic));
    }

    private static OptionalInt number(String text) {
        return text.matches("[0-9]{1,6}") ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }

    private static PropertyBag query(String topic) {
        int mark = topic.indexOf('?');
        if (mark < 0) {
            throw unknown(topic);
        }
        return PropertyBag.decode(topic.substring(mark + 1));
    }

    private static IllegalArgumentException unknown(String topic) {
        return new IllegalArgumentException("no such topic for a device to publish to: \"" + Shown.of(topic) + "\"");
    }
}
