// SPDX-License-Identifier: Apache-2.0
/** What the way from a reading to the hub takes: rate, time on a core, memory, latency; ours and others'. */
@NullMarked
package io.postern.lab.bench.uplink;

import org.jspecify.annotations.NullMarked;
