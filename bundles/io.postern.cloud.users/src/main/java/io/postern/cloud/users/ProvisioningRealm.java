// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.users;

import io.postern.cloud.dps.PolicyReply;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.ServicePolicies;
import io.postern.cloud.dps.ServicePolicy;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Users at the default tenant of the provisioning service; other tenants have operators of their own. */
final class ProvisioningRealm implements Realm {
    private final ProvisioningTenant tenant;
    private final ServicePolicies policies;

    ProvisioningRealm(ProvisioningTenant tenant) {
        this.tenant = tenant;
        this.policies = tenant.policies();
    }

    @Override
    public String host() {
        return tenant.serviceHost().text();
    }

    @Override
    public Set<String> policiesOfUsers() {
        return policies.all().stream()
                .map(ServicePolicy::name)
                .filter(UserName::isPolicyOfUser)
                .collect(Collectors.toSet());
    }

    @Override
    public boolean allows(String policy, Role role) {
        return policies.find(policy)
                .filter(found -> found.permissions().equals(role.provisioning()))
                .isPresent();
    }

    @Override
    public void grant(String policy, Role role) {
        withdraw(policy);
        if (!(policies.create(policy, role.provisioning()) instanceof PolicyReply.Stored)) {
            throw new IllegalStateException(
                    "the provisioning service has no room for the policy " + policy + "; delete one that nobody needs");
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
                        ResourceUri.of(host()),
                        expiry,
                        Optional.of(policy),
                        found.keys().primary()::hmacSha256));
    }
}
