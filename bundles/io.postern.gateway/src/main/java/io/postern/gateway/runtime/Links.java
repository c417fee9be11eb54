// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.https.HttpDpsLink;
import io.postern.gateway.https.HttpsExchange;
import io.postern.gateway.provisioning.FallbackDpsLink;
import io.postern.gateway.provisioning.TransportUse;
import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.DpsLink;
import io.postern.gateway.spi.DpsTransport;
import io.postern.gateway.spi.NonceDpsLink;
import io.postern.gateway.spi.Transport;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The ways to the provisioning service, as the settings name them, made into one link. */
record Links(
        GatewaySettings settings,
        HttpsExchange https,
        Dialer dialer,
        Transports<DpsTransport> transports,
        Consumer<TransportUse> observer) {

    DpsLink any() {
        Map<Transport, Supplier<DpsLink>> links = new EnumMap<>(Transport.class);
        each(transport -> links.put(transport, () -> link(transport)));
        return new FallbackDpsLink(settings.transports().order(), links, observer, System::nanoTime);
    }

    NonceDpsLink forChallenges() {
        Map<Transport, Supplier<NonceDpsLink>> links = new EnumMap<>(Transport.class);
        each(transport -> links.put(transport, () -> nonceLink(transport)));
        return new FallbackDpsLink.OfNonce(settings.transports().order(), links, observer, System::nanoTime);
    }

    private void each(Consumer<Transport> action) {
        settings.transports().order().preferred().forEach(action);
    }

    private DpsLink link(Transport transport) {
        TransportSettings to = settings.transports();
        int port = to.port(transport);
        return transport == Transport.HTTPS
                ? new HttpDpsLink(to.host() + (port == transport.usualPort() ? "" : ":" + port), https)
                : transports.adapter(transport).link(transport, to.host(), port, dialer);
    }

    /** The settings let a TPM have no other. */
    private NonceDpsLink nonceLink(Transport transport) {
        if (link(transport) instanceof NonceDpsLink link) {
            return link;
        }
        throw new IllegalStateException("the adapter of " + transport.text() + " carries no challenge");
    }
}
