// SPDX-License-Identifier: Apache-2.0
/** Chips on an I2C bus: blocks of octets, their check sums, the values in them, both ways. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.sensor.i2c;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
