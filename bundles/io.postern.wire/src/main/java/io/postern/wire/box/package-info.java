// SPDX-License-Identifier: Apache-2.0
/** How a gateway tells its box apart from a copy of its disk. Our own words: no hosted service says them. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.wire.box;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
