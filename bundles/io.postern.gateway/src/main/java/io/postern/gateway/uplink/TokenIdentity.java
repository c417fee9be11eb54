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
import org.jspecify.annotations.Nullable;

/**
 * Tokens for the gateway's own device, signed with its symmetric key wherever that lies (HUB-02, HUB-05). One signature
 * serves the gateway's session and the questions of all leaves for most of an hour: a TPM is slow.
 */
public final class TokenIdentity implements GatewayIdentity {
    private static final Duration LIFE = Duration.ofHours(1); // as official clients; bounds the use of a stolen token
    private static final Duration RENEWED = LIFE.multipliedBy(4).dividedBy(5); // time left to be without a connection

    private final Signer signer;
    private final ResourceUri resource;
    private final HubName hub;
    private final DeviceId device;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private Credential.@Nullable Token held;
    private Instant signed = Instant.EPOCH;

    public TokenIdentity(Signer signer, HubName hub, DeviceId device, InstantSource clock) {
        this.signer = signer;
        this.resource = ResourceUri.device(hub, device);
        this.hub = hub;
        this.device = device;
        this.clock = clock;
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
            // a clock that was set back leaves a token that seems to come from the future
            if (held == null || !now.isBefore(signed.plus(RENEWED)) || now.isBefore(signed)) {
                held = new Credential.Token(signer.token(resource, now.plus(LIFE), Optional.empty()));
                signed = now;
            }
            return held;
        } catch (IOException e) {
            throw new IOException("the security module did not sign for " + device + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void forget(Credential refused) {
        lock.lock();
        try {
            if (refused.equals(held)) {
                held = null;
            }
        } finally {
            lock.unlock();
        }
    }
}
