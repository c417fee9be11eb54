// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Milestones;
import io.postern.gateway.control.ControlDesk;
import io.postern.gateway.control.ControlDeskComponent;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.settings.RemoteSettings;
import io.postern.gateway.spi.DpsTransport;
import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.GatewayStatus;
import io.postern.gateway.spi.HubTransport;
import io.postern.gateway.spi.LeafOrders;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.spi.StateStore;
import io.postern.gateway.time.ClockComponent;
import io.postern.gateway.uplink.UplinkLedger;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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
        service = GatewayStatus.class,
        immediate = true,
        configurationPid = "io.postern.gateway",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class GatewayComponent implements GatewayStatus {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayComponent.class);

    private final Optional<Assembly.Assembled> gateway;
    private final ControlDesk desk;
    private final RemoteSettings remote;
    private final String waitsFor;

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
            @Reference LeafOrders orders,
            @Reference ControlDeskComponent control,
            @Reference Exchanges exchanges,
            @Reference RemoteSettings remote,
            @Reference UplinkLedger ledger,
            @Reference PostedHealth health,
            @Reference Milestones milestones,
            @Reference ClockComponent clock,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) // made anew when one comes that is waited for
                    List<ComponentServiceObjects<DpsTransport>> adapters,
            @Reference(policyOption = ReferencePolicyOption.GREEDY)
                    List<ComponentServiceObjects<HubTransport>> hubAdapters)
            throws IOException {
        GatewaySettings settings = GatewaySettings.of(config);
        desk = control.desk();
        this.remote = remote;
        if (module == null && settings.identity().needsModule()) {
            LOG.atInfo()
                    .addKeyValue("identity", settings.identity().text())
                    .log("the gateway waits for its TPM, which io.postern.gateway.tpm configures");
            gateway = Optional.empty();
            waitsFor = "its TPM, which io.postern.gateway.tpm configures";
            return;
        }
        var transports = new Transports<>(adapters);
        var hubTransports = new Transports<>(hubAdapters);
        Set<String> missing =
                new TreeSet<>(transports.missing(settings.transports().order().preferred()));
        missing.addAll(hubTransports.missing(HubWays.needed(settings.hub())));
        if (!missing.isEmpty()) {
            LOG.atInfo()
                    .addKeyValue("transports", missing)
                    .log(
                            "the gateway waits for the bundles of its transports, which is io.postern.gateway.mqtt for mqtt"
                                    + " and mqtt-ws, io.postern.gateway.amqp for amqp and amqp-ws");
            gateway = Optional.empty();
            waitsFor = "the bundles of its transports " + String.join(", ", missing);
            return;
        }
        waitsFor = "";
        gateway = Optional.of(Assembly.of(
                settings,
                Optional.ofNullable(module),
                roster,
                outbox,
                state,
                Optional.of(orders),
                desk,
                exchanges,
                remote,
                ledger,
                health,
                milestones,
                clock.clock(),
                transports,
                hubTransports));
    }

    /** Not by the constructor: when a part goes while that runs, its gateway is thrown away and nobody is asked to end it. */
    @Activate
    void start() {
        gateway.ifPresent(assembled -> {
            desk.add(new UplinkCommand(assembled.link(), this::sessions));
            assembled.start();
        });
    }

    @Override
    public String waitsFor() {
        return waitsFor;
    }

    @Override
    public Optional<JsonObject> provisioning() {
        return gateway.flatMap(assembled -> assembled.journal().present());
    }

    @Override
    public List<Session> sessions() {
        return gateway.map(assembled -> assembled.runtime().sessions()).orElse(List.of());
    }

    @Override
    public JsonObject settings() {
        return remote.report();
    }

    @Deactivate
    void deactivate() {
        desk.remove(UplinkCommand.NAME);
        gateway.ifPresent(Assembly.Assembled::close);
    }
}
