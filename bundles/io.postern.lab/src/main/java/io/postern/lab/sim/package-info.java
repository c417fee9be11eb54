// SPDX-License-Identifier: Apache-2.0
/** Simulated field: a paced serial wire made of pseudo-terminals, and instruments on it that others wrote. */
@NullMarked
package io.postern.lab.sim;

import org.jspecify.annotations.NullMarked;
