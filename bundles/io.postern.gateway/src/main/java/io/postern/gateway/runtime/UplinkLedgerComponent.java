// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.spi.UplinkReport;
import io.postern.gateway.uplink.UplinkLedger;
import java.util.Hashtable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/** The ledger of tokens as a service: it can be read while the gateway around it is made anew. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.gateway",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Capability(
        namespace = "osgi.service",
        attribute =
                "objectClass:List<String>=\"io.postern.gateway.uplink.UplinkLedger,io.postern.gateway.spi.UplinkReport\"")
public final class UplinkLedgerComponent {
    private final ServiceRegistration<?> registration;

    @Activate
    public UplinkLedgerComponent(BundleContext context) {
        registration = context.registerService(
                new String[] {UplinkLedger.class.getName(), UplinkReport.class.getName()},
                new UplinkLedger(System::nanoTime),
                new Hashtable<>());
    }

    @Deactivate
    void close() {
        registration.unregister();
    }
}
