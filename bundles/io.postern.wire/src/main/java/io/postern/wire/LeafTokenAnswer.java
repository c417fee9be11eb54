// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the token service answers when a gateway may speak for a leaf: the token, and where and for what it can be used
 * (ISS-07). An answer may lack all but the first five members of the JSON, {@code deviceId}, {@code token}, {@code expires},
 * {@code now} and {@code hub}.
 *
 * @param expires when the token ends, by the clock of the service
 * @param now by the same clock, for gateways whose own is wrong
 * @param endpoints where the hub is listened for; none when the service does not say
 * @param slot the leaf's place in the return after an outage
 * @param copies how many notes there are of another box under the gateway's identity; 0 when the service does not say
 */
public record LeafTokenAnswer(
        DeviceId leaf,
        HubName hub,
        SasToken token,
        Instant expires,
        Instant now,
        List<Endpoint> endpoints,
        Optional<Slot> slot,
        long copies) {
    private static final int MOST_ENDPOINTS = 20; // there are five transports

    /**
     * One way to the hub.
     *
     * @param transport {@code mqtt}, {@code mqtt-ws}, {@code amqp}, {@code amqp-ws} or {@code https}; others may come
     */
    public record Endpoint(String transport, String host, int port) {
        public Endpoint {
            if (!host.matches("[A-Za-z0-9.-]{1,253}")) {
                throw new IllegalArgumentException("not a host: " + Shown.of(host));
            }
            if (port < 1 || port > 65535) {
                throw new IllegalArgumentException("port is 1 to 65535, not " + port);
            }
            if (!transport.matches("[a-z0-9-]{1,20}")) {
                throw new IllegalArgumentException("not a transport: " + Shown.of(transport));
            }
        }
    }

    public LeafTokenAnswer {
        endpoints = List.copyOf(endpoints);
    }

    /** What the token is good for: this device and no other, for what it sends and for what is sent to it. */
    public ResourceUri scope() {
        return token.resource();
    }

    public JsonObject toJson() {
        JsonArrayBuilder ways = Json.array();
        endpoints.forEach(way -> ways.add(Json.object()
                .add("transport", way.transport)
                .add("host", way.host)
                .add("port", way.port)));
        JsonObjectBuilder json = Json.object()
                .add("deviceId", leaf.text())
                .add("hub", hub.text())
                .add("token", token.text().revealUtf8())
                .add("expires", expires.toString())
                .add("now", now.toString())
                .add("scope", scope().path())
                .add(
                        "entities",
                        Json.object()
                                .add("send", entity("messages/events"))
                                .add("receive", entity("messages/devicebound"))
                                .add("twin", entity("twin"))
                                .add("methods", entity("methods/devicebound")));
        if (!endpoints.isEmpty()) {
            json.add("endpoints", ways);
        }
        slot.ifPresent(place -> json.add("slot", place.toJson()));
        if (copies > 0) {
            json.add("copies", copies);
        }
        return json.build();
    }

    private String entity(String what) {
        return "/devices/" + leaf + "/" + what;
    }

    /**
     * Reads an answer.
     *
     * @param asked the leaf that was asked for
     * @throws IllegalArgumentException when the answer is none, or its token is for something else than that leaf
     */
    public static LeafTokenAnswer parse(String text, DeviceId asked) {
        JsonObject json = Json.parseObject(text);
        if (!Json.requireText(json, "deviceId").equals(asked.text())) {
            throw new IllegalArgumentException("the token is for another device");
        }
        SasToken token = SasToken.parse(Json.requireText(json, "token"));
        HubName hub = HubName.of(Json.requireText(json, "hub"));
        if (!token.resource().equals(ResourceUri.device(hub, asked))) {
            throw new IllegalArgumentException("the token is for " + token.resource() + ", not for this device alone");
        }
        return new LeafTokenAnswer(
                asked,
                hub,
                token,
                instant(json, "expires"),
                instant(json, "now"),
                endpoints(json),
                Json.object(json, "slot").map(Slot::of),
                json.get("copies") instanceof JsonNumber copies ? Math.max(0, copies.longValue()) : 0);
    }

    private static List<Endpoint> endpoints(JsonObject json) {
        List<JsonValue> listed =
                Json.array(json, "endpoints").map(List::<JsonValue>copyOf).orElse(List.of());
        if (listed.size() > MOST_ENDPOINTS) {
            throw new IllegalArgumentException("endpoints are at most " + MOST_ENDPOINTS);
        }
        List<Endpoint> endpoints = new ArrayList<>();
        for (JsonValue each : listed) {
            if (!(each instanceof JsonObject way)) {
                throw new IllegalArgumentException("endpoints are objects with transport, host and port");
            }
            endpoints.add(new Endpoint(
                    Json.requireText(way, "transport"), Json.requireText(way, "host"), Json.requireInt(way, "port")));
        }
        return endpoints;
    }

    private static Instant instant(JsonObject json, String name) {
        try {
            return Instant.parse(Json.requireText(json, name));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(name + " is no time: " + e.getMessage(), e);
        }
    }
}
