// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.elsewhere.HubAccess;
import io.postern.cloud.hub.elsewhere.HubCalls;
import io.postern.wire.Bytes;
import io.postern.wire.ConnectionString;
import io.postern.wire.HubName;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * A hub outside of this process that the token service speaks for, ours or a hosted one, known by its REST host and policies
 * alone.
 *
 * @param registry a policy with RegistryRead, and RegistryWrite for revoking and new leaves; ServiceConnect for their tags
 * @param devices a policy with DeviceConnect, whose key signs the leaves' tokens; better with nothing else
 */
public record HubElsewhere(HubAccess registry, ConnectionString devices) {
    private static final HubCalls.Wording WORDING = new HubCalls.Wording(
            "the hub",
            "give the token service the connection string of a policy that has RegistryRead, and RegistryWrite for"
                    + " revoking",
            "ask again later");

    public HubElsewhere {
        if (!registry.policy().host().equals(devices.host())) {
            throw new IllegalArgumentException("both connection strings are for one hub, not for "
                    + registry.policy().host() + " and " + devices.host());
        }
    }

    HubName name() {
        return HubName.of(devices.host());
    }

    DeviceDirectory directory(InstantSource clock, LongSupplier nanoTime) {
        return new RestDirectory(new HubCalls(registry, WORDING, clock), nanoTime);
    }

    PolicySigner signer() {
        return new PolicySigner() {
            @Override
            public String policy() {
                return devices.keyName();
            }

            @Override
            public Bytes sign(byte[] stringToSign) {
                return devices.key().hmacSha256(stringToSign);
            }
        };
    }
}
