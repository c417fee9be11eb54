// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A protocol, and the port it is spoken at, over which a provisioning service can be asked (DPS-05, DPS-06). */
public enum Transport {
    HTTPS("https", 443, true),
    MQTT("mqtt", 8883, false),
    MQTT_WS("mqtt-ws", 443, false),
    AMQP("amqp", 5671, true),
    AMQP_WS("amqp-ws", 443, true);

    private final String text;
    private final int port;
    private final boolean carriesChallenge;

    Transport(String text, int port, boolean carriesChallenge) {
        this.text = text;
        this.port = port;
        this.carriesChallenge = carriesChallenge;
    }

    /** As configuration, log and state file call it. */
    public String text() {
        return text;
    }

    /** Where the hosted service and the official clients speak it. */
    public int usualPort() {
        return port;
    }

    /** Whether a TPM can be asked to prove itself over it. */
    public boolean carriesChallenge() {
        return carriesChallenge;
    }

    /** Whether it shares its port with HTTPS. */
    public boolean isAtHttpsPort() {
        return port == HTTPS.port;
    }

    /** @throws IllegalArgumentException when there is none of that name */
    public static Transport parse(String text) {
        for (Transport each : values()) {
            if (each.text.equals(text)) {
                return each;
            }
        }
        String all = Arrays.stream(values()).map(Transport::text).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("one of " + all + ", not \"" + io.postern.wire.Shown.of(text) + "\"");
    }
}
