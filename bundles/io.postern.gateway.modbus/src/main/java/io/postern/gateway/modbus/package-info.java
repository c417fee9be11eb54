// SPDX-License-Identifier: Apache-2.0
/** The Modbus driver: asks units on a line, finds out what they have and who they are, writes and reads back. */
@NullMarked
package io.postern.gateway.modbus;

import org.jspecify.annotations.NullMarked;
