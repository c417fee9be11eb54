// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** The way to the token service, which decides who may speak for which leaf (SYS-09). */
public interface TokenLink {
    /** Asks for a token of {@code leaf}; the gateway proves itself as it does to its hub. */
    Grant leafToken(DeviceId leaf, Asker gateway) throws IOException;

    /**
     * The gateway that asks.
     *
     * @param proof a token says whose it is; a certificate need not, so that the names are told beside it
     */
    record Asker(HubName hub, DeviceId device, Credential proof) {}

    /** The token service's answer. */
    sealed interface Grant {
        /**
         * Speak for the leaf with this.
         *
         * @param life how long from now, by the clock of the token service: the gateway's own clock may be wrong
         */
        record Granted(SasToken token, Duration life) implements Grant {}

        /** No, and asking at once again will not help. */
        record Refused(int code, String reason, Optional<Duration> retryAfter) implements Grant {}

        /** Not yet: there is no such leaf, and an operator has been asked whether there is to be one. */
        record Waiting(String reason, Optional<Duration> retryAfter) implements Grant {}
    }
}
