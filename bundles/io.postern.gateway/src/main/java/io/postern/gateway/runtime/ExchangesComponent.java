// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.spi.Exchanges;
import java.util.Hashtable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The exchanges as a service: it needs no settings and outlives whatever is set. */
@Component(
        service = {},
        immediate = true)
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.postern.gateway.spi.Exchanges\"")
public final class ExchangesComponent {
    private final ServiceRegistration<Exchanges> registration;

    @Activate
    public ExchangesComponent(BundleContext context) {
        registration = context.registerService(Exchanges.class, new Exchanges(System::nanoTime), new Hashtable<>());
    }

    @Deactivate
    void close() {
        registration.unregister();
    }
}
