// SPDX-License-Identifier: Apache-2.0
/** How much telemetry a hub takes and keeps, beside brokers that promise the same; how many connections it bears. */
@NullMarked
package io.postern.lab.bench.hub;

import org.jspecify.annotations.NullMarked;
