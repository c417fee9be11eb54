// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.ConnectionString;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Tokens signed here, for whoever speaks to the hub without an SDK (HUB-06). */
public final class MintedTokens {
    private final Credential hub;
    private final Devices devices;
    private final InstantSource clock;

    MintedTokens(Credential hub, Devices devices, InstantSource clock) {
        this.hub = hub;
        this.devices = devices;
        this.clock = clock;
    }

    /**
     * A token with which {@code device} may speak for itself, signed with its own primary key.
     *
     * @throws IllegalArgumentException when it authenticates by a certificate
     */
    public SasToken ofDevice(DeviceId device, Duration life) throws ServiceException {
        Secret key = Json.object(devices.find(device), "authentication")
                .flatMap(how -> Json.object(how, "symmetricKey"))
                .flatMap(keys -> Json.text(keys, "primaryKey"))
                .map(Secret::base64)
                .orElseThrow(() -> new IllegalArgumentException(
                        "device " + device + " has no keys: it authenticates by a certificate and needs no token"));
        return sign(ResourceUri.device(HubName.of(hub.host()), device), life, Optional.empty(), key);
    }

    /**
     * A token of this connection's policy, for the whole hub.
     *
     * @throws IllegalStateException for who has signed in and holds no key
     */
    public SasToken ofPolicy(Duration life) {
        ConnectionString policy = hub.key("a token of a policy");
        return sign(ResourceUri.of(hub.host()), life, Optional.of(policy.keyName()), policy.key());
    }

    private SasToken sign(ResourceUri resource, Duration life, Optional<String> policy, Secret key) {
        return SasToken.sign(resource, clock.instant().plus(life), policy, key::hmacSha256);
    }
}
