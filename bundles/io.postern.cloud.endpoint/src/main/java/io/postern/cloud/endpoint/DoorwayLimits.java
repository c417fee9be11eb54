// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import java.time.Duration;

/**
 * How many newcomers one listener takes: connections whose other side has not proven who it is, from the TCP connection
 * on, so before and during the TLS handshake too.
 *
 * @param inside who may shake hands and speak at once
 * @param insideOfOne how many of these from one address
 * @param outside who may wait for that, with nothing read and nothing kept but the socket
 * @param outsideOfOne how many of these from one address
 * @param patience how long one waits outside before the connection is closed
 */
public record DoorwayLimits(int inside, int insideOfOne, int outside, int outsideOfOne, Duration patience) {
    /**
     * A newcomer costs about 50 KB of TLS, at worst 384 KB of a WebSocket frame beside, and proves himself within one
     * second: a thousand at once keep any machine busy. Half of them from one address, so that nobody alone can hold
     * the door. Outside waits what comes at once after a restart, 5,000 devices behind one address included, for as
     * long as two cores need for their handshakes.
     */
    public static final DoorwayLimits USUAL = new DoorwayLimits(1_024, 512, 6_144, 5_120, Duration.ofSeconds(60));

    public DoorwayLimits {
        if (inside < insideOfOne || insideOfOne < 1 || outside < outsideOfOne || outsideOfOne < 0) {
            throw new IllegalArgumentException("of one address there may be one or more, and not more than in all");
        }
    }
}
