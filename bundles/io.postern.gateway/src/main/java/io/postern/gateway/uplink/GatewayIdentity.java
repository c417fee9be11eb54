// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.spi.SecurityModule;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who the gateway is to its hub: tokens for its own device, signed inside the security module (HUB-05). One signature
 * serves the gateway's session and the questions of all leaves for most of an hour: the module is slow.
 */
public final class GatewayIdentity {
    private static final Duration LIFE = Duration.ofHours(1); // as official clients; bounds the use of a stolen token
    private static final Duration RENEWED = LIFE.multipliedBy(4).dividedBy(5); // time left to be without a connection

    private final SecurityModule module;
    private final ResourceUri resource;
    private final DeviceId device;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable SasToken held;
    private Instant signed = Instant.EPOCH;

    public GatewayIdentity(SecurityModule module, HubName hub, DeviceId device, InstantSource clock) {
        this.module = module;
        this.resource = ResourceUri.device(hub, device);
        this.device = device;
        this.clock = clock;
    }

    public DeviceId device() {
        return device;
    }

    /** A token with at least a fifth of its life before it; waits for the module when one must be signed. */
    public SasToken token() throws IOException {
        lock.lock();
        try {
            Instant now = clock.instant();
            // a clock that was set back leaves a token that seems to come from the future
            if (held == null || !now.isBefore(signed.plus(RENEWED)) || now.isBefore(signed)) {
                held = SasToken.sign(resource, now.plus(LIFE), Optional.empty(), this::sign);
                signed = now;
            }
            return held;
        } catch (UncheckedIOException e) {
            throw new IOException("the security module did not sign for " + device + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    /** Somebody would not have {@code refused}: sign anew next time, unless that has happened already. */
    public void forget(SasToken refused) {
        lock.lock();
        try {
            if (refused.equals(held)) {
                held = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private Bytes sign(byte[] message) {
        try {
            return module.sign(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
