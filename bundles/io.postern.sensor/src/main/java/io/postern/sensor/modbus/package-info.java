// SPDX-License-Identifier: Apache-2.0
/**
 * Modbus, both ways: where a template's fields lie in a unit, the fewest requests that fetch them, requests and answers as
 * records, and their frames in RTU, ASCII and TCP. The driver asks with it, the simulator answers with it.
 *
 * <p>spec: Modbus application protocol 1.1b3; Modbus over serial line 1.02; Modbus messaging on TCP/IP 1.0b.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.sensor.modbus;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
