// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.cloud.hub.SharedAccessPolicy;
import io.postern.wire.Bytes;

/** Signs with our own hub's policy for the token service, which may act as devices and nothing else (HUB-18, HUB-28). */
public record HubPolicySigner(SharedAccessPolicies policies) implements PolicySigner {
    @Override
    public String policy() {
        return SharedAccessPolicies.TOKEN_SERVICE;
    }

    @Override
    public Bytes sign(byte[] stringToSign) {
        SharedAccessPolicy policy = policies.find(policy())
                .orElseThrow(() -> new IllegalStateException("the hub has lost its policy " + policy()));
        return policy.keys().primary().hmacSha256(stringToSign);
    }
}
