// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import java.util.List;

/** A part of the cloud side that has metrics; asked whenever somebody looks at them, and not else. */
@FunctionalInterface
public interface MetricSource {
    /** All of them, also those that have no value yet. */
    List<Metric> metrics();
}
