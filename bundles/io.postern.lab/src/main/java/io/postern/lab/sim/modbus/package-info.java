// SPDX-License-Identifier: Apache-2.0
/** Simulated Modbus instruments: registers that follow curves, answers that follow the standard, and faults on request. */
@NullMarked
package io.postern.lab.sim.modbus;

import org.jspecify.annotations.NullMarked;
