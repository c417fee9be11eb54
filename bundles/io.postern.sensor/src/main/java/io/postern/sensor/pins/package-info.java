// SPDX-License-Identifier: Apache-2.0
/** What a template says of one pin: input, pulse counter, output, tamper contact. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.sensor.pins;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
