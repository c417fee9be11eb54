// SPDX-License-Identifier: Apache-2.0
/** Metrics of the cloud side and of its process, for Prometheus. */
@NullMarked
package io.postern.cloud.metrics;

import org.jspecify.annotations.NullMarked;
