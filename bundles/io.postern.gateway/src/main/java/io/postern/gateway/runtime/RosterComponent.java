// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.leaf.Roster;
import java.util.Hashtable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/** The roster as a service: it holds no references and outlives what comes and goes around it. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.gateway",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.postern.gateway.leaf.Roster\"")
public final class RosterComponent {
    private final ServiceRegistration<Roster> registration;

    @Activate
    public RosterComponent(BundleContext context, GatewayConfig config) {
        var roster = new Roster(GatewaySettings.leaves(config.leaves()));
        registration = context.registerService(Roster.class, roster, new Hashtable<>());
    }

    @Deactivate
    void close() {
        registration.unregister();
    }
}
