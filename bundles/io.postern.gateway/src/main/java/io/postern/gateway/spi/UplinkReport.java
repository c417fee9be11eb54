// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How the identities of this gateway are doing with their tokens, and how it goes about connecting. A service; counts since its start. */
public interface UplinkReport {
    /** One for the gateway, where it speaks with a token, and one for each leaf with a session, by name. */
    List<Token> tokens();

    /** All tokens since the start, of identities that are gone, too. */
    Asked asked();

    Connecting connecting();

    /**
     * How often tokens were asked for.
     *
     * @param obtained tokens that came
     * @param failures how often none was to be had
     */
    record Asked(long obtained, long failures) {}

    /**
     * The token of one identity. Times left are by the monotonic clock and negative when they are over.
     *
     * @param obtained when the present one came, by the gateway's clock; empty when there is none
     * @param renewals how many came in all, the first included
     * @param failures how often none was to be had
     * @param reason why it was not the last time; empty when it was
     */
    record Token(
            DeviceId device,
            Optional<Instant> obtained,
            Optional<Duration> renewsIn,
            Optional<Duration> endsIn,
            long renewals,
            long failures,
            String reason) {}

    /**
     * How the gateway goes about opening sessions with its hub.
     *
     * @param live sessions that are open
     * @param opening sessions that are being opened
     * @param waiting identities that wait for their turn
     * @param isAway whether the hub is held to be away: one identity asks at a time, for all
     * @param attempts to open a session
     * @param failures attempts that came to nothing
     * @param throttled those of them that the hub had no time for
     */
    record Connecting(
            int live, int opening, int waiting, boolean isAway, long attempts, long failures, long throttled) {
        /** Before there is a hub. */
        public static final Connecting NONE = new Connecting(0, 0, 0, false, 0, 0, 0);
    }
}
