// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import java.time.Duration;

/**
 * How long a client is waited for.
 *
 * @param connect from the end of the TLS handshake to a whole CONNECT
 * @param reading how long it may take to read what fills the connection
 * @param listening from a question to the provisioning service until it is answered at the earliest
 */
record MqttPatience(Duration connect, Duration reading, Duration listening) {
    /**
     * 64 KB of twin over 20 kbit/s are read in 30 s. The official Java client begins to listen for an answer of the
     * provisioning service after it has sent its question, and misses one that comes sooner; over the internet none does.
     */
    static final MqttPatience USUAL =
            new MqttPatience(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMillis(100));
}
