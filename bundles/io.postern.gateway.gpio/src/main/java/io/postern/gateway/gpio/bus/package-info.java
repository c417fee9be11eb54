// SPDX-License-Identifier: Apache-2.0
/** One thread for each bus of the board, and what it reads for whom. */
@NullMarked
package io.postern.gateway.gpio.bus;

import org.jspecify.annotations.NullMarked;
