// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.Transport;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.LeafTokenAnswer.Endpoint;
import io.postern.wire.ModelId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transport whose port nobody has set: the usual one, until the token service says another (ISS-07). Only for the hub
 * itself: a token is good for that name alone. Sessions that are open stay where they are.
 */
final class ListedPortLink implements HubLink {
    private static final Logger LOG = LoggerFactory.getLogger(ListedPortLink.class);
    private static final int MOST_CHANGES = 8; // in one start; a service that says another each time is not followed

    private final Transport transport;
    private final IntFunction<HubLink> make;
    private final List<HubLink> earlier = new ArrayList<>(0);
    private int port;
    private int changes;
    private @Nullable HubLink present;

    /** @param make a link to that port */
    ListedPortLink(Transport transport, IntFunction<HubLink> make) {
        this.transport = transport;
        this.make = make;
        this.port = transport.usualPort();
    }

    @Override
    public HubSession open(HubName hub, DeviceId device, Credential credential, Optional<ModelId> model)
            throws IOException {
        return present().open(hub, device, credential, model);
    }

    @Override
    public void probe(HubName hub) throws IOException {
        present().probe(hub);
    }

    @Override
    public synchronized void listenedAt(HubName hub, List<Endpoint> endpoints) {
        endpoints.stream()
                .filter(each -> each.transport().equals(transport.text())
                        && each.host().equalsIgnoreCase(hub.text())
                        && each.port() != port)
                .findFirst()
                .filter(_ -> changes < MOST_CHANGES)
                .ifPresent(this::move);
    }

    private void move(Endpoint said) {
        LOG.atInfo()
                .addKeyValue("transport", transport.text())
                .addKeyValue("port", said.port())
                .log("the token service says where the hub is listened for");
        port = said.port();
        changes++;
        if (present != null) {
            earlier.add(present);
        }
        present = null;
    }

    private synchronized HubLink present() {
        if (present == null) {
            present = make.apply(port);
        }
        return present;
    }

    @Override
    public synchronized void close() {
        earlier.forEach(HubLink::close);
        if (present != null) {
            present.close();
        }
    }
}
