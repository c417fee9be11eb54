// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ListedPortLinkTest {
    private static final HubName HUB = HubName.of("hub.plant.test");

    private final List<Integer> probed = new ArrayList<>();
    private final List<Integer> closed = new ArrayList<>();
    private final ListedPortLink link = new ListedPortLink(Transport.MQTT, Noted::new);

    @Test
    @Tag("ISS-07")
    void theUsualPortIsTakenUntilTheServiceSaysAnotherForThisTransportOfThisHub() throws IOException {
        link.probe(HUB);
        link.listenedAt(HUB, List.of());
        link.listenedAt(HUB, List.of(new Endpoint("amqp", "hub.plant.test", 15671)));
        link.listenedAt(HUB, List.of(new Endpoint("mqtt", "hub.elsewhere.test", 1)));
        link.probe(HUB);
        link.listenedAt(
                HUB, List.of(new Endpoint("amqp", "hub.plant.test", 1), new Endpoint("mqtt", "HUB.plant.test", 18883)));
        link.probe(HUB);
        assertThat(probed).containsExactly(8883, 8883, 18883);
        assertThat(closed).as("sessions over the earlier port go on").isEmpty();
        link.close();
        assertThat(closed).containsExactlyInAnyOrder(8883, 18883);
    }

    @Test
    void aServiceThatSaysAnotherPortEachTimeIsNotFollowedForEver() throws IOException {
        for (int port = 1; port <= 1000; port++) {
            link.listenedAt(HUB, List.of(new Endpoint("mqtt", "hub.plant.test", port)));
            link.probe(HUB);
        }
        assertThat(probed.getLast()).isEqualTo(8);
        link.close();
        assertThat(closed).hasSize(8);
    }

    private final class Noted implements HubLink {
        private final int port;

        Noted(int port) {
            this.port = port;
        }

        @Override
        public HubSession open(HubName hub, DeviceId device, Credential credential, Optional<ModelId> model)
                throws IOException {
            throw new IOException("nobody is asked for a session here");
        }

        @Override
        public void probe(HubName hub) {
            probed.add(port);
        }

        @Override
        public void close() {
            closed.add(port);
        }
    }
}
