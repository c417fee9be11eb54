// SPDX-License-Identifier: Apache-2.0
/**
 * Instruments that say their values in frames of octets of their own: how octets become frames, where values lie in them,
 * and both the other way round. NMEA 0183 and IEC 62056-21 are mappings of this kind.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.sensor.framed;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
