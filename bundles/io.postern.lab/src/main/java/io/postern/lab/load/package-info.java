// SPDX-License-Identifier: Apache-2.0
/** Gateways under load: real processes with the bundle that makes readings, and the account of what became of each. */
@NullMarked
package io.postern.lab.load;

import org.jspecify.annotations.NullMarked;
