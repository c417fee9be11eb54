// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import jakarta.json.JsonObject;

/**
 * Says whether a configuration could be used, without using it: a change from afar is checked as a whole before anything is
 * touched. A service of the bundle that has the configuration.
 */
public interface SettingsCheck {
    /** Of which configurations: a PID, or the part before the {@code ~}. */
    String pid();

    /**
     * Checks one whole configuration as it would be.
     *
     * @throws IllegalArgumentException naming the key whose value cannot be used
     */
    void check(JsonObject values);
}
