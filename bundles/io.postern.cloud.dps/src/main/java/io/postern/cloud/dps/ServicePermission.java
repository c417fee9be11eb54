// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.Shown;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What a token may do on the service endpoint (DPS-15). */
public enum ServicePermission {
    SERVICE_CONFIG("ServiceConfig"),
    ENROLLMENT_READ("EnrollmentRead"),
    ENROLLMENT_WRITE("EnrollmentWrite"),
    REGISTRATION_STATUS_READ("RegistrationStatusRead"),
    REGISTRATION_STATUS_WRITE("RegistrationStatusWrite"),
    /** To list, make and delete tenants; exists in the default tenant alone, and in no other service. */
    SCOPE_ADMIN("ScopeAdmin");

    private final String text;

    ServicePermission(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /** @throws IllegalArgumentException when there is no permission of that name */
    public static ServicePermission parse(String text) {
        for (ServicePermission permission : values()) {
            if (permission.text.equals(text)) {
                return permission;
            }
        }
        throw new IllegalArgumentException("the provisioning service has the permissions "
                + texts(EnumSet.allOf(ServicePermission.class)) + ", not \"" + Shown.of(text) + "\"");
    }

    /** Their names, always in the same order. */
    public static List<String> texts(Collection<ServicePermission> permissions) {
        return permissions.stream().sorted().map(ServicePermission::text).toList();
    }

    /** All that a policy of a tenant may allow. */
    static Set<ServicePermission> of(TenantName tenant) {
        Set<ServicePermission> all = EnumSet.allOf(ServicePermission.class);
        if (!tenant.equals(TenantName.DEFAULT)) {
            all.remove(SCOPE_ADMIN);
        }
        return all;
    }
}
