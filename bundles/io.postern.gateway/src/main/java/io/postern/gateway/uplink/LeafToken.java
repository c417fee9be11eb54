// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.ThrottledException;
import io.postern.gateway.spi.TokenLink;
import io.postern.gateway.spi.TokenLink.Grant;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The token of one leaf and the time to renew it: at 72 to 80 % of its life, so that the leaves of a gateway, and the
 * gateways of a site, do not all ask at once; sooner when the leaf has connected with one that is not new (ISS-04). Owned
 * by the leaf's {@link Uplink}; nobody else renews it.
 *
 * <p>While a session lives only the monotonic clock counts, so that a wall clock that is set changes nothing. What is to
 * be opened takes a new token also when the wall clock says that the old one is over: the machine may have slept.
 */
public final class LeafToken implements AutoCloseable {
    private static final int UNAUTHORIZED = 401;
    private static final int TOO_MANY = 429;
    private static final int NEW = 10; // a token is new for a tenth of its life
    private static final Duration LATEST =
            Duration.ofMinutes(10); // to ask for another after connecting with an old one
    private static final Duration EARLIEST = Duration.ofSeconds(20); // between two; a token's shortest life is a minute

    private final DeviceId leaf;
    private final TokenLink link;
    private final GatewayIdentity gateway;
    private final Retry retry;
    private final UplinkLedger.Line line;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private @Nullable Held held;
    private @Nullable Held carried;
    private long due;

    /**
     * @param obtained by the monotonic clock, as all here but {@code wall}
     * @param worn when it is to be replaced
     */
    private record Held(Grant.Granted grant, long obtained, Instant wall, long worn, long end) {}

    /** @param nanoTime the monotonic clock, {@code System::nanoTime} outside of tests */
    public LeafToken(
            DeviceId leaf,
            TokenLink link,
            GatewayIdentity gateway,
            Retry retry,
            UplinkLedger ledger,
            InstantSource clock,
            LongSupplier nanoTime,
            RandomGenerator random) {
        this.leaf = leaf;
        this.link = link;
        this.gateway = gateway;
        this.retry = retry;
        this.line = ledger.begin(leaf);
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /** What to open a session with: the token held while it is fresh, else a new one, else the old to its very end. */
    Grant grant() throws IOException {
        Held old = held;
        if (old != null && !isDue() && !isOver(old)) {
            return old.grant;
        }
        try {
            Grant answer = ask();
            return old != null && !isOver(old) && answer instanceof Grant.Refused refused && refused.code() == TOO_MANY
                    ? postponed(old, refused.retryAfter())
                    : answer;
        } catch (IOException e) {
            if (old != null && !isOver(old)) {
                return old.grant;
            }
            throw e;
        }
    }

    /**
     * Asks the token service now.
     *
     * @throws ThrottledException when it has no time, or is held to be away and others ask
     */
    Grant ask() throws IOException {
        Governor governor = retry.tokens();
        Optional<Duration> wait = governor.tryNow(leaf);
        if (wait.isPresent()) {
            throw new ThrottledException("the token service is away or has no time; others ask already", wait);
        }
        Credential proof;
        try {
            proof = gateway.credential();
        } catch (IOException e) {
            governor.left(leaf);
            line.failed(String.valueOf(e.getMessage()));
            throw e;
        }
        Grant answer;
        try {
            answer = link.leafToken(leaf, new TokenLink.Asker(gateway.hub(), gateway.device(), proof));
        } catch (IOException e) {
            governor.failed(leaf, e);
            line.failed(String.valueOf(e.getMessage()));
            throw e;
        }
        taken(answer, proof);
        return answer;
    }

    private void taken(Grant answer, Credential proof) {
        if (answer instanceof Grant.Refused(int code, String reason, var retryAfter) && code == TOO_MANY) {
            retry.tokens().failed(leaf, new ThrottledException(reason, retryAfter));
        } else {
            retry.tokens().answered(leaf);
        }
        switch (answer) {
            case Grant.Granted granted -> hold(granted);
            case Grant.Refused(int code, String reason, var _) -> {
                line.failed(code + " " + reason);
                if (code == UNAUTHORIZED) {
                    gateway.forget(proof);
                }
            }
            case Grant.Waiting(String reason, var _) -> line.failed(reason);
        }
    }

    /** A session was opened with the token held. */
    void connected() {
        Held now = held;
        if (now == null) {
            return;
        }
        carried = now;
        long life = now.end - now.obtained;
        if (nanoTime.getAsLong() - now.obtained >= life / NEW) {
            long window = Math.min(life / NEW, LATEST.toNanos());
            setDue(Math.min(due, nanoTime.getAsLong() + (long) (window * random.nextDouble())));
        }
    }

    /** The session goes on with the token held. */
    void carriedOn() {
        carried = held;
    }

    /** Whether another is to be asked for. */
    boolean isDue() {
        return nanoTime.getAsLong() - due >= 0;
    }

    /** Whether the session is to be opened anew: its own token is worn and there is a newer, or it may not go on. */
    boolean isSessionWorn() {
        Held own = carried;
        return held == null || own != held && (own == null || nanoTime.getAsLong() - own.worn >= 0);
    }

    /** Renewing failed; not again before {@code pause} has passed. */
    void postpone(Duration pause) {
        setDue(nanoTime.getAsLong() + pause.toNanos());
    }

    /** The service has no time: nothing is decided about the leaf. */
    private Grant postponed(Held old, Optional<Duration> retryAfter) {
        postpone(retryAfter.orElse(Duration.ofSeconds(1)));
        return old.grant;
    }

    /** The hub would not have it, or the leaf may not be spoken for any more. */
    void forget() {
        held = null;
        line.forgotten();
    }

    @Override
    public void close() {
        line.close();
    }

    private boolean isOver(Held old) {
        return nanoTime.getAsLong() - old.end >= 0 || !clock.instant().isBefore(old.wall.plus(old.grant.life()));
    }

    private void hold(Grant.Granted granted) {
        long now = nanoTime.getAsLong();
        long life = granted.life().toNanos();
        double share = 0.72 + 0.08 * random.nextDouble();
        long worn = now + Math.max(EARLIEST.toNanos(), (long) (life * share));
        Instant wall = clock.instant();
        held = new Held(granted, now, wall, worn, now + life);
        due = worn;
        line.obtained(wall, worn, now + life);
        retry.hub().place(leaf, granted.slot());
        retry.tokens().place(leaf, granted.slot());
    }

    private void setDue(long at) {
        due = at;
        line.due(at);
    }
}
