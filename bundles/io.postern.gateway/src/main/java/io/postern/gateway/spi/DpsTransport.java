// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

/** A protocol adapter that makes links to a provisioning service. As a service it says which in {@link #PROPERTY}. */
public interface DpsTransport {
    /** Service property: the {@link Transport#text() names} of the transports it knows. */
    String PROPERTY = "transport";

    /**
     * Makes a link that connects when it is first asked. For a transport that {@link Transport#carriesChallenge() carries
     * challenges} it is a {@link NonceDpsLink}.
     *
     * @throws IllegalArgumentException when the adapter does not know {@code transport}
     */
    DpsLink link(Transport transport, String host, int port, Dialer dialer);
}
