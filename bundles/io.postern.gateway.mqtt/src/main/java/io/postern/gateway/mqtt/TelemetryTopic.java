// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.TelemetryMessage;
import io.postern.wire.hub.HubTopic;

/** The topic a telemetry message is published to; all that is not its body rides in it. */
final class TelemetryTopic {
    private TelemetryTopic() {}

    static String of(TelemetryMessage message) {
        return HubTopic.telemetryTopic(message.leaf(), message.bag());
    }
}
