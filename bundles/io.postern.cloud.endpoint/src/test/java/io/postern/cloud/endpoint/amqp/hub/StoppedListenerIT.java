// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.amqp.AmqpCrowd;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The listener stops and the hub goes on, as when the endpoint alone gets new settings. */
@Timeout(60)
class StoppedListenerIT {
    private static final int CONNECTIONS = 10;

    @TempDir
    Path directory;

    @Test
    @Tag("HUB-13")
    void noDeviceStaysConnectedByAListenerThatHasStopped() throws Exception {
        List<AmqpCrowd> crowds = new ArrayList<>();
        try (var site = new HubAmqpSite(directory, InstantSource.system(), 0, 0, HubAmqpService.USUAL_DEVICES)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                var crowd = new AmqpCrowd(site.tls(Optional.empty()), HubAmqpSite.host(), site.port);
                crowds.add(crowd);
                crowd.join("meter-" + i, site.token(site.device("meter-" + i), Duration.ofHours(1)));
            }
            assertThat(site.hub.connectedCount()).isEqualTo(CONNECTIONS);

            site.stopListening();

            assertThat(site.hub.connectedCount()).isZero();
        } finally {
            for (AmqpCrowd crowd : crowds) {
                crowd.close();
            }
        }
    }
}
