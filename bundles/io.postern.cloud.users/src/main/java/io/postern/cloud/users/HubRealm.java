// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.users;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.PolicyChange;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.cloud.hub.SharedAccessPolicy;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Users at one hub. */
final class HubRealm implements Realm {
    private final Hub hub;
    private final SharedAccessPolicies policies;

    HubRealm(Hub hub) {
        this.hub = hub;
        this.policies = hub.policies();
    }

    @Override
    public String host() {
        return hub.name().text();
    }

    @Override
    public Set<String> policiesOfUsers() {
        return policies.list().stream()
                .map(SharedAccessPolicy::name)
                .filter(UserName::isPolicyOfUser)
                .collect(Collectors.toSet());
    }

    @Override
    public boolean allows(String policy, Role role) {
        return policies.find(policy)
                .filter(found -> found.permissions().equals(role.hub()))
                .isPresent();
    }

    @Override
    public void grant(String policy, Role role) {
        withdraw(policy);
        if (!(policies.create(policy, role.hub()) instanceof PolicyChange.Created)) {
            throw new IllegalStateException(
                    "hub " + hub.name() + " has no room for the policy " + policy + "; delete one that nobody needs");
        }
    }

    @Override
    public void withdraw(String policy) {
        policies.delete(policy);
    }

    @Override
    public Optional<SasToken> sign(String policy, Instant expiry) {
        return policies.find(policy)
                .map(found -> SasToken.sign(
                        ResourceUri.hub(hub.name()),
                        expiry,
                        Optional.of(policy),
                        found.keys().primary()::hmacSha256));
    }
}
