// SPDX-License-Identifier: Apache-2.0
/** Pins: a Pi4J provider over the kernel's GPIO character device, and one sensor per pin. Alone knows Pi4J. */
@NullMarked
package io.postern.gateway.gpio;

import org.jspecify.annotations.NullMarked;
