// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import java.util.List;

/** Where a route leads. Used by one thread at a time. */
public interface RouteTarget extends AutoCloseable {
    /**
     * Delivers all in their order; returns when the target keeps them. What was delivered when this throws may be delivered
     * again.
     *
     * @throws DeliveryException when that did not work, saying whether another try can help
     */
    void deliver(List<RoutedMessage> messages) throws DeliveryException, InterruptedException;

    @Override
    void close();
}
