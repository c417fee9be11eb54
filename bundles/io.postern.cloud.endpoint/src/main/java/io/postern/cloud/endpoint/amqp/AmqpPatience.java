// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.time.Duration;

/**
 * How long a client is waited for.
 *
 * @param greeting until it has begun SASL or opened the connection
 * @param admission until its first link is accepted
 * @param idle how long it may be silent; it is told half of that
 * @param reading how long it may take to read what fills the connection, and to give credit for what waits for it
 * @param farewell for it to read why it is sent away
 */
record AmqpPatience(Duration greeting, Duration admission, Duration idle, Duration reading, Duration farewell) {
    /** 64 KB over 20 kbit/s are read in 30 s. A TPM may work for a minute at its answer: so long the official Java client waits for it. */
    static final AmqpPatience USUAL = new AmqpPatience(
            Duration.ofSeconds(10),
            Duration.ofSeconds(90),
            Duration.ofMinutes(4),
            Duration.ofSeconds(30),
            Duration.ofSeconds(1));
}
