// SPDX-License-Identifier: Apache-2.0
/** Identifiers, tokens and values that both sides of Postern speak of. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.wire;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
