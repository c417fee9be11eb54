// SPDX-License-Identifier: Apache-2.0
/** What a device and the provisioning service say to each other. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.wire.dps;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
