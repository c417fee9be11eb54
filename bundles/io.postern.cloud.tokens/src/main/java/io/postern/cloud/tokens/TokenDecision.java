// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.wire.DeviceId;
import io.postern.wire.ReturnWindow;
import io.postern.wire.SasToken;
import io.postern.wire.Slot;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What becomes of a gateway's request to speak for a leaf. */
public sealed interface TokenDecision {

    /**
     * Speak for the leaf with this.
     *
     * @param now the service's clock, for gateways whose own is wrong
     * @param copies how many notes there are of another box under the gateway's identity
     * @param slot the leaf's place in the return after an outage, when there are so many that they need one
     */
    record Granted(DeviceId leaf, SasToken token, Instant now, long copies, Optional<Slot> slot)
            implements TokenDecision {}

    /** When all leaves of the gateway may come back after an outage. */
    record Returning(ReturnWindow window) implements TokenDecision {}

    /**
     * No.
     *
     * @param text for the log, and for the asking gateway unless it is {@link Refusal#NOT_PROVEN}; never a secret
     * @param retryAfter when asking again may help
     */
    record Refused(Refusal reason, String text, Optional<Duration> retryAfter) implements TokenDecision {
        public Refused(Refusal reason, String text) {
            this(reason, text, Optional.empty());
        }
    }
}
