// SPDX-License-Identifier: Apache-2.0
/** The gateway's own words: readings of leaf devices and the messages they become. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.gateway;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
