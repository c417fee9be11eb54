// SPDX-License-Identifier: Apache-2.0
/**
 * HTTPS to the cloud: trust anchors, one bounded exchange, the ways to the provisioning and the token service. Exported
 * for the links over other protocols, which trust the same roots.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.gateway.https;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
