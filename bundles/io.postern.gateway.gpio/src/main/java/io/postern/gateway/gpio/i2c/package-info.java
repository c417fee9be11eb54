// SPDX-License-Identifier: Apache-2.0
/** The driver i2c: chips by register template, through the kernel's i2c-dev. */
@NullMarked
package io.postern.gateway.gpio.i2c;

import org.jspecify.annotations.NullMarked;
