// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SymmetricKeys;
import java.util.Set;

/** A named pair of keys of the service endpoint and what a token signed with them may do. */
public record ServicePolicy(String name, Set<ServicePermission> permissions, SymmetricKeys keys) {
    /** The policy every service is created with; it may do everything. */
    public static final String OWNER = "provisioningserviceowner";

    public ServicePolicy {
        permissions = Set.copyOf(permissions);
    }
}
