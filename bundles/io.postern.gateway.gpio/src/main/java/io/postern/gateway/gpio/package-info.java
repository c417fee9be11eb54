// SPDX-License-Identifier: Apache-2.0
/**
 * Pins: Pi4J providers over the kernel's GPIO character device, and a watch for each pin that is an instrument. Alone knows
 * Pi4J. The board's buses are in {@code .i2c} and {@code .onewire}.
 */
@NullMarked
package io.postern.gateway.gpio;

import org.jspecify.annotations.NullMarked;
