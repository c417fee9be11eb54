// SPDX-License-Identifier: Apache-2.0
/**
 * What instruments are and say: templates, models, values, and the frames on the wire, in both directions. To the south
 * what {@code io.postern.wire} is to the north: drivers and simulators share it and never know one another. No I/O beyond
 * reading templates, no threads, no clock.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.sensor;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
