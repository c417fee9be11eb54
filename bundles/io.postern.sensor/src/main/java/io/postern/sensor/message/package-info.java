// SPDX-License-Identifier: Apache-2.0
/** Instruments that publish JSON objects of their own accord: where a field lies in a message, both ways. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.sensor.message;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
