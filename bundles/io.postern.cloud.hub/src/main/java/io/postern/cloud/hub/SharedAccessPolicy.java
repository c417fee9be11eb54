// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import java.util.Set;

/** A named pair of keys and what a token signed with them may do (HUB-24). */
public record SharedAccessPolicy(String name, Set<Permission> permissions, SymmetricKeys keys) {
    public SharedAccessPolicy {
        permissions = Set.copyOf(permissions);
    }

    public boolean allows(Permission permission) {
        return permissions.contains(permission);
    }
}
