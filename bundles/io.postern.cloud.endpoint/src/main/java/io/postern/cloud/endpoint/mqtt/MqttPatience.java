// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import java.time.Duration;

/**
 * How long a client is waited for.
 *
 * @param connect from the end of the TLS handshake to a whole CONNECT
 * @param reading how long it may take to read what fills the connection
 */
record MqttPatience(Duration connect, Duration reading) {
    /** 64 KB of twin over 20 kbit/s are read in 30 s. */
    static final MqttPatience USUAL = new MqttPatience(Duration.ofSeconds(5), Duration.ofSeconds(30));
}
