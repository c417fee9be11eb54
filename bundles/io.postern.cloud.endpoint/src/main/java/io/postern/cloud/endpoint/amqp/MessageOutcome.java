// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

/** What became of a message the client sent. spec: AMQP 1.0 Part 3, 3.4 */
public sealed interface MessageOutcome {
    record Accepted() implements MessageOutcome {}

    record Rejected(AmqpError error) implements MessageOutcome {}

    /** Nothing became of it, and nothing is wrong with it: the client may send it again. */
    record Released() implements MessageOutcome {}
}
