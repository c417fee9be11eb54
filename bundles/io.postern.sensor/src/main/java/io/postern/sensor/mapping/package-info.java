// SPDX-License-Identifier: Apache-2.0
/** The mappings of all drivers that ship with Postern, for those who check templates without running a driver. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.sensor.mapping;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
