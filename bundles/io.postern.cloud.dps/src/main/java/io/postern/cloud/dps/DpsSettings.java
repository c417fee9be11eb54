// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.HubName;

/**
 * Settings of the provisioning service, checked.
 *
 * @param serviceHost the name operators' tokens speak for
 * @param provisioningHost the name devices register at
 * @param registrations of devices, for each tenant
 * @param operations of operators at the service endpoint, for each tenant
 */
public record DpsSettings(HubName serviceHost, HubName provisioningHost, Rate registrations, Rate operations) {

    /**
     * With the default rates.
     *
     * @throws IllegalArgumentException naming the key that is wrong
     */
    public static DpsSettings of(String serviceHost, String provisioningHost) {
        return new DpsSettings(
                host("serviceHost", serviceHost),
                host("provisioningHost", provisioningHost),
                Rate.OF_REGISTRATIONS,
                Rate.OF_OPERATIONS);
    }

    /** The same names with rates of an operator's choice. */
    public DpsSettings limited(Rate registrationRate, Rate operationRate) {
        return new DpsSettings(serviceHost, provisioningHost, registrationRate, operationRate);
    }

    /** @throws IllegalArgumentException naming the keys that are wrong */
    static Rate rate(String what, int perSecond, int atOnce) {
        try {
            return new Rate(perSecond, atOnce);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "io.postern.cloud.dps: " + what + "PerSecond, " + what + "AtOnce: " + e.getMessage(), e);
        }
    }

    private static HubName host(String key, String text) {
        try {
            return HubName.of(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("io.postern.cloud.dps: " + key + ": " + e.getMessage(), e);
        }
    }
}
