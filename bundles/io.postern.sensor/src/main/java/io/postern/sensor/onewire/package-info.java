// SPDX-License-Identifier: Apache-2.0
/** Thermometers of the Dallas 1-Wire family as the kernel shows them, both ways. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.sensor.onewire;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
