// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.Shown;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A named pair of keys of the service endpoint and what a token signed with them may do.
 *
 * @param name 1 to 64 letters, digits and {@code - . _}
 */
public record ServicePolicy(String name, Set<ServicePermission> permissions, SymmetricKeys keys) {
    /** The policy every tenant is created with; it may do everything. */
    public static final String OWNER = "provisioningserviceowner";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9\\-._]{1,64}");

    public ServicePolicy {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a policy is called by 1 to 64 letters, digits or -._, not \"" + Shown.of(name) + "\"");
        }
        permissions = Set.copyOf(permissions);
    }

    ServicePolicy with(SymmetricKeys other) {
        return new ServicePolicy(name, permissions, other);
    }
}
