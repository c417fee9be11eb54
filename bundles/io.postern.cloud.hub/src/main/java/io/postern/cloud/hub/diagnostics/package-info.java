// SPDX-License-Identifier: Apache-2.0
/** What a hub tells of its work: counts for monitoring, and a log of operations. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.hub.diagnostics;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
