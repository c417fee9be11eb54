// SPDX-License-Identifier: Apache-2.0
/** How a gateway in the field is told of other root certificates. Our own words: no hosted service says them. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.wire.trust;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
