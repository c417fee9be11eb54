// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.TelemetryMessage;
import io.postern.wire.hub.HubTopic;
import io.postern.wire.hub.PropertyBag;

/** The topic a telemetry message is published to; all that is not its body rides in it. */
final class TelemetryTopic {
    private TelemetryTopic() {}

    static String of(TelemetryMessage message) {
        PropertyBag properties = PropertyBag.EMPTY
                .with(PropertyBag.MESSAGE_ID, message.leaf() + "-" + message.sequence())
                .with(PropertyBag.CONTENT_TYPE, "application/json")
                .with(PropertyBag.CONTENT_ENCODING, "utf-8")
                .with(PropertyBag.CREATION_TIME, message.taken().toString())
                .with("seq", Long.toString(message.sequence()));
        return HubTopic.telemetryTopic(message.leaf(), properties);
    }
}
