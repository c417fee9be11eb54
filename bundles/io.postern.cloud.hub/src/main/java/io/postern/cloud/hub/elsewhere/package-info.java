// SPDX-License-Identifier: Apache-2.0
/** Hubs outside of this process, over their service endpoints, and the HTTPS calls that the cloud side makes itself. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.hub.elsewhere;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
