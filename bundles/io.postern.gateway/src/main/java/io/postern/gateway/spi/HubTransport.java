// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

/**
 * A protocol adapter for hubs: a service with the property {@link #PROPERTY} (HUB-12 to HUB-17). What knows protocols
 * and what knows sites stay apart: the adapter speaks over channels that the {@link Dialer} opens.
 */
public interface HubTransport {
    /** Service property: the {@link Transport#text() names} of the transports it knows. */
    String PROPERTY = "transport";

    /**
     * Makes a link that connects when its first session is opened.
     *
     * @param port where hubs are listened for
     * @throws IllegalArgumentException when the adapter does not know {@code transport}
     */
    HubLink link(Transport transport, int port, Dialer dialer);
}
