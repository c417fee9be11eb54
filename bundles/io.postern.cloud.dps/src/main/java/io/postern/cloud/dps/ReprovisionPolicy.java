// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

/**
 * What a registration after the first may change.
 *
 * @param updateHubAssignment whether the device may be assigned to another hub; if not, it stays where it is
 * @param migrateDeviceData whether its twin moves with it; if not, it begins there with the initial twin
 */
public record ReprovisionPolicy(boolean updateHubAssignment, boolean migrateDeviceData) {
    /** The hosted service's default: move the device and its data. */
    public static final ReprovisionPolicy MIGRATE = new ReprovisionPolicy(true, true);
}
