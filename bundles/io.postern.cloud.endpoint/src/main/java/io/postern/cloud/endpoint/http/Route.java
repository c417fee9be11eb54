// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import java.util.Optional;

/** A family of paths of one service. Called on a virtual thread; may block on the database. */
public interface Route {
    /**
     * Answers a request of this family; empty when the path or host belongs to another.
     *
     * <p>An {@link IllegalArgumentException} becomes a 400 that carries its message; any other exception a 500 that
     * carries nothing but a tracking id.
     */
    Optional<? extends Answer> handle(Request request);
}
