// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

/** Tells how the outbox is: a service of the bundle that has the {@link Outbox}. */
@FunctionalInterface
public interface OutboxGauge {
    /** Cheap; may be asked at any time, also when nothing can be stored. */
    OutboxReport report();
}
