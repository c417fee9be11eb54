// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubSession;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ModelId;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * The device API of a hub over HTTPS (HUB-17): readings in batches, commands when they are asked for; neither twins nor
 * methods. The last resort where nothing else gets through.
 */
public final class HttpHubLink implements HubLink {
    // spec: devices poll for commands no more often than every 25 minutes in production
    private static final Duration POLL = Duration.ofMinutes(25);

    private final HttpsExchange https;
    private final int port;
    private final Duration poll;

    public HttpHubLink(HttpsExchange https, int port) {
        this(https, port, POLL);
    }

    /** @param poll between two questions for commands when there was none */
    HttpHubLink(HttpsExchange https, int port, Duration poll) {
        this.https = https;
        this.port = port;
        this.poll = poll;
    }

    /** Asks for a command at once, which tells whether the hub accepts the credential. */
    @Override
    public HubSession open(HubName hub, DeviceId device, Credential credential, Optional<ModelId> model)
            throws IOException {
        var session = new HttpHubSession(new HubRequests(https, hub, port, device, credential), device, poll);
        session.poll();
        return session;
    }
}
