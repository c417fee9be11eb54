// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.HubName;

/**
 * Settings of the provisioning service, checked.
 *
 * @param serviceHost the name operators' tokens speak for
 * @param provisioningHost the name devices register at
 */
public record DpsSettings(HubName serviceHost, HubName provisioningHost) {

    /** @throws IllegalArgumentException naming the key that is wrong */
    public static DpsSettings of(String serviceHost, String provisioningHost) {
        return new DpsSettings(host("serviceHost", serviceHost), host("provisioningHost", provisioningHost));
    }

    private static HubName host(String key, String text) {
        try {
            return HubName.of(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("io.postern.cloud.dps: " + key + ": " + e.getMessage(), e);
        }
    }
}
