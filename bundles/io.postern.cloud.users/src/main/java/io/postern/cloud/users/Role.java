// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.users;

import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.hub.Permission;
import io.postern.wire.Shown;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a user may do, at the hubs and at the provisioning service. */
public enum Role {
    /** Sees devices, enrollments and registrations, changes nothing. */
    VIEWER(
            EnumSet.of(Permission.REGISTRY_READ),
            EnumSet.of(ServicePermission.ENROLLMENT_READ, ServicePermission.REGISTRATION_STATUS_READ)),
    /** Runs a fleet: registers and removes devices, reads their data, calls them. */
    OPERATOR(
            EnumSet.of(Permission.REGISTRY_READ, Permission.REGISTRY_READ_WRITE, Permission.SERVICE_CONNECT),
            EnumSet.of(
                    ServicePermission.ENROLLMENT_READ,
                    ServicePermission.ENROLLMENT_WRITE,
                    ServicePermission.REGISTRATION_STATUS_READ,
                    ServicePermission.REGISTRATION_STATUS_WRITE)),
    /** Everything, policies and users too. */
    ADMINISTRATOR(EnumSet.allOf(Permission.class), EnumSet.allOf(ServicePermission.class));

    private final Set<Permission> hub;
    private final Set<ServicePermission> provisioning;

    Role(Set<Permission> hub, Set<ServicePermission> provisioning) {
        this.hub = Set.copyOf(hub);
        this.provisioning = Set.copyOf(provisioning);
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException when there is no role of that name */
    public static Role parse(String text) {
        return Arrays.stream(values())
                .filter(role -> role.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a role is one of "
                        + Arrays.stream(values()).map(Role::text).collect(Collectors.joining(", ")) + ", not \""
                        + Shown.of(text) + "\""));
    }

    Set<Permission> hub() {
        return hub;
    }

    Set<ServicePermission> provisioning() {
        return provisioning;
    }
}
