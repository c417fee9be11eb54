// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

/** What a client did with a message we sent. spec: AMQP 1.0 Part 3, 3.4 */
public enum Disposition {
    /** Also of a client that takes messages settled, as soon as it is sent. */
    ACCEPTED,
    REJECTED,
    RELEASED,
    MODIFIED,
    /** The link went before the client said anything, or before the message was sent. */
    LOST
}
