// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.wire.HubName;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far away the hubs are that the gateway could be assigned to: the time of a TCP connection, measured anew for each
 * registration (DPS-20). The shortest of a few counts, for a busy line only makes it longer.
 */
public record HubLatencies(List<Candidate> candidates) {
    public static final HubLatencies NONE = new HubLatencies(List.of());

    private static final Logger LOG = LoggerFactory.getLogger(HubLatencies.class);
    private static final int MOST = 50; // limits of the provisioning service, linked hubs
    private static final int CONNECTIONS = 3;
    private static final Duration LONGEST = Duration.ofSeconds(2); // a hub farther away than that is nobody's choice
    private static final int HTTPS = 443;

    /** @param port where a connection is tried; what is measured is the way there */
    public record Candidate(HubName hub, int port) {

        /** @throws IllegalArgumentException when {@code text} is not {@code host} or {@code host:port} */
        public static Candidate parse(String text) {
            int colon = text.lastIndexOf(':');
            if (colon < 0) {
                return new Candidate(HubName.of(text), HTTPS);
            }
            int port = Integer.parseUnsignedInt(text.substring(colon + 1));
            if (port < 1 || port > 65535) {
                throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
            }
            return new Candidate(HubName.of(text.substring(0, colon)), port);
        }
    }

    public HubLatencies {
        candidates = List.copyOf(candidates);
        if (candidates.size() > MOST) {
            throw new IllegalArgumentException("at most " + MOST + " hubs, not " + candidates.size());
        }
    }

    /** What was measured now; a hub that cannot be reached is missing. Blocks for a few round trips to each. */
    Map<HubName, Duration> measure() {
        Map<HubName, Duration> measured = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
            shortest(candidate).ifPresent(latency -> measured.put(candidate.hub(), latency));
        }
        return measured;
    }

    private static Optional<Duration> shortest(Candidate candidate) {
        Optional<Duration> shortest = Optional.empty();
        try {
            for (int connection = 0; connection < CONNECTIONS; connection++) {
                Duration once = once(candidate);
                if (shortest.isEmpty() || once.compareTo(shortest.get()) < 0) {
                    shortest = Optional.of(once);
                }
            }
        } catch (IOException e) {
            LOG.atInfo()
                    .addKeyValue("hub", candidate.hub())
                    .addKeyValue("port", candidate.port())
                    .addKeyValue("reason", e.toString())
                    .log("no latency measured");
        }
        return shortest;
    }

    private static Duration once(Candidate candidate) throws IOException {
        var address =
                new InetSocketAddress(candidate.hub().text(), candidate.port()); // looked up before the clock runs
        if (address.isUnresolved()) {
            throw new IOException("the name cannot be resolved");
        }
        try (var socket = new Socket()) {
            long begin = System.nanoTime();
            socket.connect(address, Math.toIntExact(LONGEST.toMillis()));
            return Duration.ofNanos(System.nanoTime() - begin);
        }
    }
}
