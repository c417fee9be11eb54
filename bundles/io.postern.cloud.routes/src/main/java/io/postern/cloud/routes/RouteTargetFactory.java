// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import java.io.IOException;

/** Makes targets of one kind; a bundle that offers one adds a kind. */
public interface RouteTargetFactory {
    /** What the key {@code target} of a route calls it. */
    String kind();

    /**
     * Opens a target.
     *
     * @param settings of the route; only the keys of this kind are read
     * @throws IllegalArgumentException naming the key whose value cannot be used
     * @throws IOException when a file it names cannot be read
     */
    RouteTarget open(RouteConfig settings) throws IOException;
}
