// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.wire.Bytes;

/** Where a SASL exchange stands. spec: AMQP 1.0 Part 5, 5.3 */
public sealed interface SaslStep {

    /** The client has to answer this. */
    record Challenge(Bytes octets) implements SaslStep {}

    /** The exchange is over, and the client may open the connection; what it may do there, its links decide. */
    record Done() implements SaslStep {}

    /** The client is not who it says. It is told no reason; {@code reason} is for the log. */
    record Refused(String reason) implements SaslStep {}

    /** We cannot tell at the moment; the client may try again. */
    record Unavailable(String reason) implements SaslStep {}
}
