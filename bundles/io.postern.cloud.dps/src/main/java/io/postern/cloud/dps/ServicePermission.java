// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

/** What a token may do on the service endpoint (DPS-15). */
public enum ServicePermission {
    SERVICE_CONFIG("ServiceConfig"),
    ENROLLMENT_READ("EnrollmentRead"),
    ENROLLMENT_WRITE("EnrollmentWrite"),
    REGISTRATION_STATUS_READ("RegistrationStatusRead"),
    REGISTRATION_STATUS_WRITE("RegistrationStatusWrite");

    private final String text;

    ServicePermission(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    static ServicePermission parse(String text) {
        for (ServicePermission permission : values()) {
            if (permission.text.equals(text)) {
                return permission;
            }
        }
        throw new IllegalArgumentException("unknown permission of the provisioning service: " + text);
    }
}
