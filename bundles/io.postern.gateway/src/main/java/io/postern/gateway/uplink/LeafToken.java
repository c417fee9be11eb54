// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.TokenLink;
import io.postern.gateway.spi.TokenLink.Grant;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The token of one leaf and the time to renew it: at 72 to 80 % of its life, so that the leaves of a gateway, and the
 * gateways of a site, do not all ask at once. Owned by the leaf's {@link Uplink}; nobody else renews it.
 */
public final class LeafToken {
    private static final int UNAUTHORIZED = 401;
    private static final int TOO_MANY = 429;

    private final DeviceId leaf;
    private final TokenLink link;
    private final GatewayIdentity gateway;
    private final InstantSource clock;
    private final RandomGenerator random;
    private Grant.@Nullable Granted held;
    private Instant obtained = Instant.EPOCH;
    private Instant renewal = Instant.EPOCH;

    public LeafToken(
            DeviceId leaf, TokenLink link, GatewayIdentity gateway, InstantSource clock, RandomGenerator random) {
        this.leaf = leaf;
        this.link = link;
        this.gateway = gateway;
        this.clock = clock;
        this.random = random;
    }

    /** What to open a session with: the token held while it is fresh, else a new one, else the old to its very end. */
    Grant grant() throws IOException {
        Grant.Granted old = held;
        if (old != null && !isDue()) {
            return old;
        }
        boolean serves = old != null && clock.instant().isBefore(obtained.plus(old.life()));
        try {
            Grant answer = ask();
            return old != null
                            && serves
                            && answer instanceof Grant.Refused(int code, var _, var retryAfter)
                            && code == TOO_MANY
                    ? postponed(old, retryAfter)
                    : answer;
        } catch (IOException e) {
            if (old != null && serves) {
                return old;
            }
            throw e;
        }
    }

    /** Asks the token service now. */
    Grant ask() throws IOException {
        Credential proof = gateway.credential();
        Grant answer = link.leafToken(leaf, new TokenLink.Asker(gateway.hub(), gateway.device(), proof));
        switch (answer) {
            case Grant.Granted granted -> hold(granted);
            case Grant.Refused refused -> {
                if (refused.code() == UNAUTHORIZED) {
                    gateway.forget(proof);
                }
            }
            case Grant.Waiting _ -> {}
        }
        return answer;
    }

    boolean isDue() {
        return !clock.instant().isBefore(renewal);
    }

    /** Renewing failed; not again before {@code pause} has passed. */
    void postpone(Duration pause) {
        renewal = clock.instant().plus(pause);
    }

    /** The service has no time: nothing is decided about the leaf. */
    private Grant postponed(Grant.Granted old, Optional<Duration> retryAfter) {
        postpone(retryAfter.orElse(Duration.ofSeconds(1)));
        return old;
    }

    /** The hub would not have it, or the leaf may not be spoken for any more. */
    void forget() {
        held = null;
    }

    private void hold(Grant.Granted granted) {
        held = granted;
        obtained = clock.instant();
        double share = 0.72 + 0.08 * random.nextDouble();
        renewal = obtained.plusMillis((long) (granted.life().toMillis() * share));
    }
}
