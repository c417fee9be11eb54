// SPDX-License-Identifier: Apache-2.0
/** What connections cost the cloud side: idle ones, and those of strangers. */
@NullMarked
package io.postern.lab.bench.connections;

import org.jspecify.annotations.NullMarked;
