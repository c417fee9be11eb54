// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.identity.BoxWitness;
import io.postern.gateway.spi.Credential;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import java.io.IOException;
import java.util.Optional;

/**
 * The gateway's identity, while its box is not taken for a copy: two boxes with one disk would put each other out of the
 * hub without end, and the one that may stay needs peace.
 */
public record UncopiedIdentity(GatewayIdentity own, BoxWitness witness) implements GatewayIdentity {
    @Override
    public HubName hub() {
        return own.hub();
    }

    @Override
    public DeviceId device() {
        return own.device();
    }

    @Override
    public Credential credential() throws IOException {
        Optional<String> copied = witness.copied();
        if (copied.isPresent()) {
            throw new IOException(copied.get());
        }
        return own.credential();
    }

    @Override
    public void forget(Credential refused) {
        own.forget(refused);
    }
}
