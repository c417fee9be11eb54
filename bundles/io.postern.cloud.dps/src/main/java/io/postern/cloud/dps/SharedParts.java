// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.WebhookCaller;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * What all tenants of one provisioning service are built on.
 *
 * @param hubs the hubs of this process, the default one first; a device name in one belongs to the tenant that registered
 *     it first
 * @param webhooks asks what operators have programmed themselves
 * @param turns among all that want a device name
 * @param nanoTime the monotonic clock
 */
record SharedParts(
        DpsSettings settings,
        Database database,
        KeySealer sealer,
        List<LocalHub> hubs,
        WebhookCaller webhooks,
        DeviceTurns turns,
        InstantSource clock,
        LongSupplier nanoTime,
        SecureRandom random,
        ChangeListeners listeners) {}
