// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import java.time.Duration;

/**
 * How long a connection and its devices wait for the hub.
 *
 * @param greeting for the hub to open the connection
 * @param answer for an acknowledgement or the answer to a question; the bound for a hub that reads and says nothing, too
 * @param silence a connection is lost that brings nothing for so long; the hub is told to say something in half of that
 * @param stuck a connection is cut on which a round of octets takes so long to leave
 */
public record AmqpPatience(Duration greeting, Duration answer, Duration silence, Duration stuck) {
    /** Some proxies cut after 60 s what is silent; a round of octets at 9 kbit/s takes as long. */
    public static final AmqpPatience DEFAULT = new AmqpPatience(
            Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofSeconds(60));

    private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);

    /** How often it is looked whether any of these is over. */
    Duration look() {
        Duration often = silence.dividedBy(4);
        return often.compareTo(LONGEST_LOOK) < 0 ? often : LONGEST_LOOK;
    }
}
