// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.LeafTokenAnswer;
import io.postern.wire.ReturnWindow;
import io.postern.wire.SasToken;
import io.postern.wire.Slot;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The way to the token service, which decides who may speak for which leaf (SYS-09). */
public interface TokenLink {
    /** Of a gateway that was told of no token service, as one in front of a hosted hub may be: no leaf may speak. */
    TokenLink NONE = (leaf, gateway) -> new Grant.Refused(
            404,
            "no token service is configured, and a leaf speaks with a token of its own: run ./postern tokens in front of"
                    + " the hub and name it in the key tokenHost",
            Optional.empty());

    /**
     * Asks for a token of {@code leaf}; the gateway proves itself as it does to its hub.
     *
     * @throws ThrottledException when the service is there and has no time
     * @throws IOException when it cannot be reached, or its answer not be used
     */
    Grant leafToken(DeviceId leaf, Asker gateway) throws IOException;

    /**
     * Asks when the gateway's identities may come back, all sessions of which were lost together; empty from a service that
     * does not say: then they come at the places it gave them ({@link Grant.Granted#slot}).
     *
     * @param out how many they are
     * @throws IOException when it cannot be reached, refuses, or has no time
     */
    default Optional<ReturnWindow> comeBack(int out, Asker gateway) throws IOException {
        return Optional.empty();
    }

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
         * @param endpoints where the service says the hub is listened for; none when it does not say
         * @param slot the leaf's place in the return after an outage, where the service gives one
         */
        record Granted(SasToken token, Duration life, List<LeafTokenAnswer.Endpoint> endpoints, Optional<Slot> slot)
                implements Grant {
            public Granted {
                endpoints = List.copyOf(endpoints);
            }

            /** From a service that says no more. */
            public Granted(SasToken token, Duration life) {
                this(token, life, List.of(), Optional.empty());
            }
        }

        /** No, and asking at once again will not help. */
        record Refused(int code, String reason, Optional<Duration> retryAfter) implements Grant {}

        /** Not yet: there is no such leaf, and an operator has been asked whether there is to be one. */
        record Waiting(String reason, Optional<Duration> retryAfter) implements Grant {}
    }
}
