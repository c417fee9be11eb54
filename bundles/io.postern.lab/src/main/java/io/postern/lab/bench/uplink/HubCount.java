// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.uplink;

import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.provisioning.HttpsWire;
import io.postern.lab.prove.Rest;
import java.io.IOException;
import java.util.regex.Pattern;

/** How many messages a hub has accepted since it was started, by its own metrics. */
final class HubCount implements AutoCloseable {
    private static final Pattern MESSAGES =
            Pattern.compile("(?m)^postern_hub_telemetry_messages_total\\{[^}]*\\} ([0-9.E+]+)$");

    private final LabCloud cloud;
    private Rest hub;

    private HubCount(LabCloud cloud) throws IOException {
        this.cloud = cloud;
        this.hub = connect();
    }

    static HubCount open(LabCloud cloud) throws IOException {
        return new HubCount(cloud);
    }

    private Rest connect() throws IOException {
        return Rest.open(cloud, cloud.connection().hub().host());
    }

    private HttpsWire.Answer page() throws IOException {
        try {
            return hub.ask("GET", "/metrics", "");
        } catch (IOException idleForTooLong) {
            hub.close();
            hub = connect();
            return hub.ask("GET", "/metrics", "");
        }
    }

    long now() throws IOException, LabException {
        HttpsWire.Answer page = page();
        if (page.status() != 200) {
            throw new LabException("the hub does not tell its metrics: " + page.status() + " " + page.body());
        }
        return (long) MESSAGES.matcher(page.body())
                .results()
                .mapToDouble(match -> Double.parseDouble(match.group(1)))
                .sum();
    }

    @Override
    public void close() throws IOException {
        hub.close();
    }
}
