// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.users;

import io.postern.wire.SasToken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What becomes of someone who signs in. */
public sealed interface SignInReply {

    /**
     * Let in.
     *
     * @param tickets one for each service
     * @param expires when all of them do
     */
    record Welcome(User user, Instant expires, List<Ticket> tickets) implements SignInReply {
        public Welcome {
            tickets = List.copyOf(tickets);
        }
    }

    /** What opens one service: its host, and a token for all of it that the role allows. */
    record Ticket(String host, SasToken token) {}

    /** The name or the password is wrong; which of them is not told. */
    record Refused() implements SignInReply {}

    /** Not looked at: too many tries from this address, or from everywhere at once. */
    record Later(Duration retryAfter) implements SignInReply {}
}
