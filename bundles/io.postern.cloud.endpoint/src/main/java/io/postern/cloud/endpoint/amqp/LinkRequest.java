// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.util.Map;

/**
 * A link the client wants.
 *
 * @param address where it leads, as the client wrote it; empty when it named none
 * @param direction seen from the client
 * @param filters of the source, by their symbol, without the descriptor of a described one; spec: Part 3, 3.5.8
 * @param properties of the link, by their symbol: {@code com.microsoft:api-version} and the like
 */
public record LinkRequest(
        String name, String address, Direction direction, Map<String, Object> filters, Map<String, Object> properties) {
    /** Which side sends. */
    public enum Direction {
        CLIENT_SENDS,
        CLIENT_RECEIVES
    }

    public LinkRequest {
        filters = Map.copyOf(filters);
        properties = Map.copyOf(properties);
    }
}
