// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import java.util.Arrays;
import java.util.Optional;

/** What a shared access policy may allow (HUB-25 to HUB-28). */
public enum Permission {
    /** Read the identity registry. */
    REGISTRY_READ("RegistryRead"),
    /** Change the identity registry. */
    REGISTRY_READ_WRITE("RegistryWrite"),
    /** Receive telemetry, send commands, see twins and call methods. */
    SERVICE_CONNECT("ServiceConnect"),
    /** Act as a device, below {@code /devices/{deviceId}}. */
    DEVICE_CONNECT("DeviceConnect");

    private final String wireName;

    Permission(String wireName) {
        this.wireName = wireName;
    }

    /** How policies are written on the wire. */
    public String wireName() {
        return wireName;
    }

    public static Optional<Permission> of(String wireName) {
        return Arrays.stream(values()).filter(p -> p.wireName.equals(wireName)).findFirst();
    }
}
