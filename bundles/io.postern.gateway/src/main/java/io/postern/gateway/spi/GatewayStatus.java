// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.DeviceId;
import jakarta.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How the gateway stands with its cloud side, for whoever watches over it. A service as long as the gateway is configured. */
public interface GatewayStatus {
    /** What the gateway waits for before it can begin, in words; empty when it has begun. */
    String waitsFor();

    /** Where it is on its way to its hub: the members of the file that the key {@code stateFile} names; empty at first. */
    Optional<JsonObject> provisioning();

    /** The gateway's own session and those of its leaves, as they are now; empty before the gateway is assigned. */
    List<Session> sessions();

    /** What was changed from afar and what is on trial: {@code {"trial","waitsFor","changed":[],"last":{"change","outcome","reason","at"}}}. */
    JsonObject settings();

    /**
     * One session with the hub.
     *
     * @param leaf whether it is a leaf's; else it is the gateway's own
     * @param phase {@code CONNECTING}, {@code CONNECTED}, {@code RETRYING}, {@code REFUSED},
     *     {@code WAITING_FOR_APPROVAL} or {@code CLOSED}
     * @param reason why it is not connected; empty when it is
     * @param last what went wrong last, also when it is connected again
     */
    record Session(DeviceId device, boolean leaf, String phase, String reason, Instant since, Optional<Trouble> last) {
        /** Of one with which nothing went wrong. */
        public Session(DeviceId device, boolean leaf, String phase, String reason, Instant since) {
            this(device, leaf, phase, reason, since, Optional.empty());
        }
    }

    /**
     * What kept a session from the hub.
     *
     * @param code {@code name}, {@code tls}, {@code unreachable}, {@code not-authorized}, {@code busy}, {@code lost},
     *     {@code failed}, {@code no-token}, {@code refused}, {@code waiting} or {@code defect}
     * @param reason the same in words, with the hub's own
     */
    record Trouble(String code, String reason, Instant at) {}
}
