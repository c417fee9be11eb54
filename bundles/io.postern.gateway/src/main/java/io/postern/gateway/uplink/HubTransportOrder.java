// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.spi.Transport;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * In which order transports to a hub are tried: as a site lists them, else by the number of leaves. AMQP carries all leaves
 * on one connection, MQTT needs one for each; the WebSocket form goes through firewalls that know HTTPS only; HTTPS
 * itself has neither twins nor methods and comes last.
 *
 * @param listed by the site; empty leaves it to the number of leaves
 * @param installed what adapters are there for; what is not is passed over
 * @param amqpAbove with more leaves than these AMQP comes first
 */
public record HubTransportOrder(List<Transport> listed, Set<Transport> installed, int amqpAbove) {
    private static final List<Transport> FEW =
            List.of(Transport.MQTT, Transport.MQTT_WS, Transport.AMQP, Transport.AMQP_WS, Transport.HTTPS);
    private static final List<Transport> MANY =
            List.of(Transport.AMQP, Transport.AMQP_WS, Transport.MQTT, Transport.MQTT_WS, Transport.HTTPS);

    public HubTransportOrder {
        listed = List.copyOf(listed);
        installed = Set.copyOf(installed);
        if (new HashSet<>(listed).size() < listed.size()) {
            throw new IllegalArgumentException("each transport once, not " + listed);
        }
        Set<Transport> usable = EnumSet.noneOf(Transport.class);
        usable.addAll(listed.isEmpty() ? FEW : listed);
        usable.retainAll(installed);
        if (usable.isEmpty()) {
            throw new IllegalArgumentException("no adapter for any of " + (listed.isEmpty() ? FEW : listed));
        }
    }

    /** The best first; at least one. */
    public List<Transport> preferred(int leaves) {
        List<Transport> wanted = listed.isEmpty() ? leaves > amqpAbove ? MANY : FEW : listed;
        return wanted.stream().filter(installed::contains).toList();
    }

    /** Why {@link #preferred} is so, for a person. */
    public String reason(int leaves) {
        if (!listed.isEmpty()) {
            return "as hubTransports lists them";
        }
        return leaves
                + (leaves > amqpAbove ? " leaves are more than amqpAbove=" : " leaves, not more than amqpAbove=")
                + amqpAbove;
    }
}
