// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import java.time.Duration;

/**
 * How long a session waits for its hub. One that has gone silent is lost within {@code answer} when something is on its
 * way, else within twice {@code keepAlive}.
 *
 * @param connect for the hub's look at the token
 * @param answer for an acknowledgement, or the answer to a question
 * @param keepAlive whole seconds; after so much silence the hub is asked for a sign of life
 */
public record MqttPatience(Duration connect, Duration answer, Duration keepAlive) {
    /** Some proxies cut after 60 s what is silent, so the hub is asked before that. */
    public static final MqttPatience DEFAULT =
            new MqttPatience(Duration.ofSeconds(15), Duration.ofSeconds(30), Duration.ofSeconds(50));
}
