// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.OrderQueue;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import io.postern.wire.hub.HubTopic;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the hub wants, as topics say it; put into the queue on one of Paho's threads, read by the one that takes it. */
final class OrderTopics {
    private static final Logger LOG = LoggerFactory.getLogger(OrderTopics.class);

    private final OrderQueue queue;

    OrderTopics(OrderQueue queue) {
        this.queue = queue;
    }

    /** Takes a command; without room it is left to the hub, which delivers again what was not acknowledged. */
    void commanded(String topic, MqttMessage message) {
        long arrived = System.nanoTime();
        if (message.getId() == 0) { // spec: MQTT 3.1.1, 2.3.1: with QoS 0 there is none
            LOG.atWarn().addKeyValue("topic", Shown.of(topic)).log("dropped a command without a way to settle it");
        } else if (!queue.offerCommandIfRoom(message.getPayload().length, () -> command(topic, message, arrived))) {
            LOG.atWarn().addKeyValue("topic", Shown.of(topic)).log("too many commands wait; this one comes again");
        }
    }

    /** Takes what arrived on {@code topic}; false when it is no order. */
    boolean arrived(String topic, byte[] body) {
        if (HubTopic.desiredChange(topic).isPresent()) {
            queue.offerDesired(body.length, () -> desired(topic, body));
            return true;
        }
        if (HubTopic.methodCall(topic).isPresent()) {
            long arrived = System.nanoTime();
            queue.offerMethod(body.length, () -> method(topic, body, arrived));
            return true;
        }
        return false;
    }

    private static HubOrder desired(String topic, byte[] body) {
        JsonObject patch = Json.object(Json.parseObject(Bytes.of(body).toUtf8()))
                .remove("$version")
                .build();
        return new HubOrder.Desired(HubTopic.desiredChange(topic).orElseThrow(), patch);
    }

    private static HubOrder method(String topic, byte[] body, long arrived) {
        HubTopic.MethodCall call = HubTopic.methodCall(topic).orElseThrow();
        String text = Bytes.of(body).toUtf8();
        return new HubOrder.Method(
                call.requestId(), call.name(), text.isBlank() ? JsonValue.NULL : Json.parse(text), arrived);
    }

    /** Properties that cannot be read leave it without any: its body is what counts. */
    private static HubOrder command(String topic, MqttMessage message, long arrived) {
        String[] levels = topic.split("/", 5); // devices/{id}/messages/devicebound/{bag}
        PropertyBag properties = PropertyBag.EMPTY;
        try {
            properties = PropertyBag.decode(levels.length < 5 ? "" : levels[4]);
        } catch (IllegalArgumentException e) {
            LOG.atDebug().setCause(e).log("a command's properties are not readable");
        }
        return new HubOrder.Command(
                Integer.toString(message.getId()),
                properties.get(PropertyBag.MESSAGE_ID).orElse(""),
                Bytes.of(message.getPayload()),
                properties,
                message.isDuplicate(),
                arrived);
    }
}
