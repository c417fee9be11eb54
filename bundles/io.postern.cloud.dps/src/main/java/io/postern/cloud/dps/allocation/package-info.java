// SPDX-License-Identifier: Apache-2.0
/**
 * Which hub a device goes to (DPS-19 to DPS-21): policies as pure functions over the linked hubs, and the operator's
 * webhook.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.dps.allocation;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
