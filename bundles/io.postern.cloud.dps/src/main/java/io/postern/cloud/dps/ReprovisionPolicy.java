// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

/**
 * What a registration after the first may change. Kept with the enrollment; with one linked hub a device never moves,
 * so nothing acts on it.
 */
public record ReprovisionPolicy(boolean updateHubAssignment, boolean migrateDeviceData) {
    /** The hosted service's default: move the device and its data. */
    public static final ReprovisionPolicy MIGRATE = new ReprovisionPolicy(true, true);
}
