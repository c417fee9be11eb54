// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Milestones;
import io.postern.gateway.control.ControlDeskComponent;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.spi.DpsTransport;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.LeafOrders;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.spi.StateStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the gateway when all its parts are there, ends it when one goes. A security module is one of them only when the
 * gateway's identity is in it.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.gateway",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class GatewayComponent {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayComponent.class);

    private final Optional<Assembly.Assembled> gateway;

    @Activate
    public GatewayComponent(
            GatewayConfig config,
            @Reference(
                            cardinality = ReferenceCardinality.OPTIONAL,
                            policyOption = ReferencePolicyOption.GREEDY) // made anew when the module comes
                    @Nullable
                    SecurityModule module,
            @Reference Roster roster,
            @Reference Outbox outbox,
            @Reference StateStore state,
            @Reference HubLink link,
            @Reference LeafOrders orders,
            @Reference ControlDeskComponent control,
            @Reference Milestones milestones,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) // made anew when one comes that is waited for
                    List<ComponentServiceObjects<DpsTransport>> adapters)
            throws IOException {
        GatewaySettings settings = GatewaySettings.of(config);
        if (module == null && settings.identity().needsModule()) {
            LOG.atInfo()
                    .addKeyValue("identity", settings.identity().text())
                    .log("the gateway waits for its TPM, which io.postern.gateway.tpm configures");
            gateway = Optional.empty();
            return;
        }
        var transports = new Transports(adapters);
        List<String> missing = transports.missing(settings.transports().order());
        if (!missing.isEmpty()) {
            LOG.atInfo()
                    .addKeyValue("transports", missing)
                    .log(
                            "the gateway waits for the bundles of its transports, which is io.postern.gateway.mqtt for mqtt"
                                    + " and mqtt-ws, io.postern.gateway.amqp for amqp and amqp-ws");
            gateway = Optional.empty();
            return;
        }
        gateway = Optional.of(Assembly.of(
                settings,
                Optional.ofNullable(module),
                roster,
                outbox,
                state,
                link,
                Optional.of(orders),
                control.desk(),
                milestones,
                transports));
        gateway.get().start();
    }

    @Deactivate
    void deactivate() {
        gateway.ifPresent(Assembly.Assembled::close);
    }
}
