// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

/** Over what somebody came; a WebSocket counts as what it carries. */
public enum Transport {
    MQTT("mqtt"),
    AMQP("amqp"),
    HTTPS("https"),
    /** No listener of ours. */
    OTHER("other");

    private final String text;

    Transport(String text) {
        this.text = text;
    }

    /** As it stands in metrics and logs. */
    public String text() {
        return text;
    }
}
