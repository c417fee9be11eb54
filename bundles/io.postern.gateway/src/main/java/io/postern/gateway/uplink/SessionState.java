// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.spi.GatewayStatus;
import java.time.Instant;
import java.util.Optional;

/**
 * How a session of the gateway or of a leaf is doing, for whoever looks.
 *
 * @param reason why it is not connected; empty when it is
 * @param last what went wrong last, also when it is connected again
 */
public record SessionState(Phase phase, String reason, Instant since, Optional<GatewayStatus.Trouble> last) {
    /** There is no dead end: each but the last leads on by itself. */
    public enum Phase {
        /** Getting a token, opening a session. */
        CONNECTING,
        CONNECTED,
        /** Waiting to try again. */
        RETRYING,
        /** The token service said no; asking again at long intervals. */
        REFUSED,
        /** The token service waits for an operator to say whether there is to be such a leaf; asking again at intervals. */
        WAITING_FOR_APPROVAL,
        /** Closed by the gateway. */
        CLOSED
    }
}
