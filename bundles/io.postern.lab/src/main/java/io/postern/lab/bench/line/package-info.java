// SPDX-License-Identifier: Apache-2.0
/** What a serial line yields of what its wire could carry, beside other gateways. */
@NullMarked
package io.postern.lab.bench.line;

import org.jspecify.annotations.NullMarked;
