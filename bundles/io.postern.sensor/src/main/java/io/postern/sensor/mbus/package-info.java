// SPDX-License-Identifier: Apache-2.0
/**
 * Meters on an M-Bus: frames of the link layer (EN 13757-2), telegrams with their records (EN 13757-3), and both the other
 * way round.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.sensor.mbus;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
