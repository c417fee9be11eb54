// SPDX-License-Identifier: Apache-2.0
/** Modbus RTU over a line: requests, the answer's parser, the map from registers to readings, one sensor per leaf. */
@NullMarked
package io.postern.gateway.modbus;

import org.jspecify.annotations.NullMarked;
