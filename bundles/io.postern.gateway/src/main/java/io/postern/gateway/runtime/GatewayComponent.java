// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Milestones;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.spi.StateStore;
import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Starts the gateway when all its parts are there, ends it when one goes. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.gateway",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class GatewayComponent {
    private final GatewayRuntime runtime;

    @Activate
    public GatewayComponent(
            GatewayConfig config,
            @Reference SecurityModule module,
            @Reference Outbox outbox,
            @Reference StateStore state,
            @Reference HubLink link,
            @Reference Milestones milestones)
            throws IOException {
        runtime = Assembly.of(GatewaySettings.of(config), module, outbox, state, link, milestones);
        runtime.start();
    }

    @Deactivate
    void deactivate() {
        runtime.close();
    }
}
