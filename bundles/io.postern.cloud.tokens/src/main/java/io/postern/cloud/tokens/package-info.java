// SPDX-License-Identifier: Apache-2.0
/**
 * The token service (SYS-09, HUB-18): decides which gateway may speak for which leaf and gives it a token for that leaf
 * alone.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.tokens;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
