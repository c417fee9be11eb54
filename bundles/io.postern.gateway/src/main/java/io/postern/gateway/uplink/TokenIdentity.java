// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.identity.Signer;
import io.postern.gateway.spi.Credential;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tokens for the gateway's own device, signed with its symmetric key wherever that lies (HUB-02, HUB-05). One signature
 * serves the gateway's session and the questions of all leaves for most of an hour: a TPM is slow.
 */
public final class TokenIdentity implements GatewayIdentity {
    private static final Duration LIFE = Duration.ofHours(1); // as official clients; bounds the use of a stolen token
    private static final Duration RENEWED = LIFE.multipliedBy(4).dividedBy(5); // time left to be without a connection
    private static final Duration STEP = Duration.ofMinutes(1); // a wall clock that was set, not one that drifts
    private static final Duration REST =
            Duration.ofSeconds(10); // between two signatures of a clock that is set and set

    private final Signer signer;
    private final ResourceUri resource;
    private final HubName hub;
    private final DeviceId device;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final UplinkLedger.Line line;
    private final ReentrantLock lock = new ReentrantLock();
    private Credential.@Nullable Token held;
    private Instant signed = Instant.EPOCH;
    private long signedAt;

    /** @param nanoTime the monotonic clock, {@code System::nanoTime} outside of tests */
    public TokenIdentity(
            Signer signer,
            HubName hub,
            DeviceId device,
            UplinkLedger ledger,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.signer = signer;
        this.resource = ResourceUri.device(hub, device);
        this.hub = hub;
        this.device = device;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.line = ledger.begin(device);
    }

    @Override
    public HubName hub() {
        return hub;
    }

    @Override
    public DeviceId device() {
        return device;
    }

    /** A token with at least a fifth of its life before it; waits for the key when one must be signed. */
    @Override
    public Credential credential() throws IOException {
        lock.lock();
        try {
            Instant now = clock.instant();
            long at = nanoTime.getAsLong();
            if (held == null || isWorn(Duration.ofNanos(at - signedAt), now)) {
                held = new Credential.Token(signer.token(resource, now.plus(LIFE), Optional.empty()));
                signed = now;
                signedAt = at;
                line.obtained(now, at + RENEWED.toNanos(), at + LIFE.toNanos());
            }
            return held;
        } catch (IOException e) {
            line.failed(String.valueOf(e.getMessage()));
            throw new IOException("the security module did not sign for " + device + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * A wall clock that was set since leaves a token that ends too soon or too late: signed anew, though not every time
     * when the clock is set again and again.
     */
    private boolean isWorn(Duration age, Instant now) {
        Duration step = Duration.between(signed, now).minus(age).abs();
        return age.compareTo(RENEWED) >= 0 || step.compareTo(STEP) >= 0 && age.compareTo(REST) >= 0;
    }

    @Override
    public void forget(Credential refused) {
        lock.lock();
        try {
            if (refused.equals(held)) {
                held = null;
                line.forgotten();
            }
        } finally {
            lock.unlock();
        }
    }
}
