// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.cloud.hub.SharedAccessPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells in the connection file what listens, and tells it anew when tenants come and go or the owner's key changes. */
record Announcement(
        EndpointSettings settings,
        EndpointPorts ports,
        ConnectionFile connection,
        Path caFile,
        Hubs hubs,
        ProvisioningService provisioning) {
    private static final Logger LOG = LoggerFactory.getLogger(Announcement.class);

    /** Once all listen. */
    void publish() throws IOException {
        write();
        LOG.atInfo()
                .addKeyValue("address", settings.listen().getHostAddress())
                .addKeyValue("httpsPort", ports.https())
                .addKeyValue("mqttPort", ports.mqtt())
                .addKeyValue("amqpPort", ports.amqp())
                .addKeyValue("domain", settings.names().domain())
                .addKeyValue("connectionFile", connection.file())
                .log("cloud ready");
    }

    void renew() {
        try {
            write();
        } catch (IOException e) {
            LOG.atError()
                    .addKeyValue("connectionFile", connection.file())
                    .setCause(e)
                    .log("the connection file cannot be renewed; free its directory for writing and start again");
        }
    }

    private synchronized void write() throws IOException {
        var dpsOwner = provisioning.defaultTenant().policies().owner();
        connection.write(
                settings,
                ports,
                provisioning.defaultTenant().idScope(),
                new ConnectionFile.Key(
                        settings.names().serviceHost(),
                        dpsOwner.name(),
                        dpsOwner.keys().primary()),
                hubs.all().stream().map(Announcement::ownerKey).toList(),
                caFile,
                hosts());
    }

    /** The services' names, and those of the tenants beside the default one. */
    private Set<String> hosts() {
        Set<String> hosts = new LinkedHashSet<>(settings.names().all());
        provisioning
                .tenants()
                .all()
                .forEach(tenant -> hosts.add(tenant.serviceHost().text()));
        return hosts;
    }

    private static ConnectionFile.Key ownerKey(Hub hub) {
        SharedAccessPolicy owner = hub.policies()
                .find(SharedAccessPolicies.OWNER)
                .orElseThrow(() -> new IllegalStateException(
                        "hub " + hub.name() + " has lost its policy " + SharedAccessPolicies.OWNER));
        return new ConnectionFile.Key(
                hub.name().text(), owner.name(), owner.keys().primary());
    }
}
