// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What all tenants of one provisioning service are built on.
 *
 * @param hub the linked hub; a device name in it belongs to the tenant that registered it first
 * @param nanoTime the monotonic clock
 */
record SharedParts(
        DpsSettings settings,
        Database database,
        KeySealer sealer,
        LinkedHub hub,
        InstantSource clock,
        LongSupplier nanoTime,
        SecureRandom random,
        ChangeListeners listeners) {}
