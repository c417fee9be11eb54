// SPDX-License-Identifier: Apache-2.0
/** Where the cloud side keeps what must survive: embedded databases or PostgreSQL, and the sealing of keys inside them. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.store;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
