// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.wire.HubName;
import io.postern.wire.LeafTokenAnswer.Endpoint;
import java.util.List;

/** Where hubs are listened for, told to whoever may speak to one (ISS-07). */
@FunctionalInterface
public interface HubWays {
    /** The ports that hubs are known by, and that the hosted service has no others than. */
    HubWays USUAL = hub -> at(hub, 443, 8883, 5671);

    /** None while it is not known. */
    List<Endpoint> of(HubName hub);

    /** @param https also of the WebSockets */
    static List<Endpoint> at(HubName hub, int https, int mqtt, int amqp) {
        String host = hub.text();
        return List.of(
                new Endpoint("mqtt", host, mqtt),
                new Endpoint("mqtt-ws", host, https),
                new Endpoint("amqp", host, amqp),
                new Endpoint("amqp-ws", host, https),
                new Endpoint("https", host, https));
    }
}
