// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

/**
 * A line of work beside others of one connection: what is given to it is done one after another on a virtual thread, so
 * that one device of many waits for none of the others. Safe for any thread.
 */
@FunctionalInterface
public interface Lane {
    /** False when too much waits already, or the listener stops. */
    boolean add(Runnable work);
}
