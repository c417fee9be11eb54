// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.util.Map;

/**
 * A link the client wants.
 *
 * @param address where it leads, as the client wrote it; empty when it named none
 * @param direction seen from the client
 * @param properties of the link, by their symbol: {@code com.microsoft:api-version} and the like
 */
public record LinkRequest(String name, String address, Direction direction, Map<String, Object> properties) {
    /** Which side sends. */
    public enum Direction {
        CLIENT_SENDS,
        CLIENT_RECEIVES
    }

    public LinkRequest {
        properties = Map.copyOf(properties);
    }
}
