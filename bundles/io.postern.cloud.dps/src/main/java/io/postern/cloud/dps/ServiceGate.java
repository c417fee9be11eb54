// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Decides whether a token opens a door of the service endpoint (DPS-15), and whether too many were opened already. Only
 * who has proven itself uses the tenant's share up, so that no stranger can lock its operators out.
 */
public final class ServiceGate {

    /** Allowed for someone, or denied with a reason. */
    public sealed interface Decision {
        /** @param policy whose key has signed the token */
        record Allowed(ServicePolicy policy) implements Decision {}

        /** @param text what is wrong with the token; never a secret */
        record Denied(Denial why, String text) implements Decision {}

        /** @param limit what was exceeded, in words */
        record Throttled(String limit, Duration retryAfter) implements Decision {}
    }

    /** Why a token was refused. */
    public enum Denial {
        /** It does not prove who is asking. */
        NOT_PROVEN,
        /** It does, and they may not do this. */
        NOT_PERMITTED
    }

    private final ServicePolicies policies;
    private final ResourceUri service;
    private final InstantSource clock;
    private final Throttle operations;
    private final String limit;

    /**
     * @param serviceHost the name tokens must speak for
     * @param limit what {@code operations} allows, in words
     */
    ServiceGate(ServicePolicies policies, String serviceHost, InstantSource clock, Throttle operations, String limit) {
        this.operations = operations;
        this.limit = limit;
        this.policies = policies;
        this.service = ResourceUri.of(serviceHost);
        this.clock = clock;
    }

    public Decision decide(Optional<SasToken> token, ServicePermission permission) {
        if (token.isEmpty()) {
            return denied("this request has no Authorization header with a shared access signature");
        }
        String name = token.get().keyName().orElse("");
        Optional<ServicePolicy> policy = policies.find(name);
        if (policy.isEmpty()) {
            return denied(
                    name.isEmpty()
                            ? "the token names no policy (field skn); device keys open nothing here"
                            : "this service has no policy " + io.postern.wire.Shown.of(name));
        }
        return decide(token.get(), policy.get(), permission);
    }

    private Decision decide(SasToken token, ServicePolicy policy, ServicePermission permission) {
        if (!token.isSignedBy(policy.keys().primary())
                && !token.isSignedBy(policy.keys().secondary())) {
            return denied("the token is not signed with a key of the policy " + policy.name());
        }
        if (token.isExpired(clock.instant())) {
            return denied("the token expired at " + token.expiry() + ", it is " + clock.instant() + " here");
        }
        if (!token.resource().covers(service)) {
            return denied("the token speaks for another service than " + service);
        }
        if (!policy.permissions().contains(permission)) {
            return new Decision.Denied(
                    Denial.NOT_PERMITTED, "the policy " + policy.name() + " lacks the permission " + permission.text());
        }
        return operations
                .take()
                .<Decision>map(wait -> new Decision.Throttled(limit, wait))
                .orElseGet(() -> new Decision.Allowed(policy));
    }

    private static Decision denied(String text) {
        return new Decision.Denied(Denial.NOT_PROVEN, text);
    }
}
