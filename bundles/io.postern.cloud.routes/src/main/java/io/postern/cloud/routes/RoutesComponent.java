// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.cloud.hub.diagnostics.MetricSource;
import java.time.InstantSource;
import java.util.Hashtable;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Offers the list of routes, and the kinds of target that need no library. */
@Component(
        service = {},
        immediate = true)
public final class RoutesComponent {
    private final List<ServiceRegistration<?>> offered;

    @Activate
    public RoutesComponent(BundleContext context) {
        var routes = new Routes();
        offered = List.of(
                context.registerService(MetricSource.class, new RouteMetrics(routes), new Hashtable<>()),
                context.registerService(Routes.class, routes, new Hashtable<>()),
                context.registerService(
                        RouteTargetFactory.class, new ArchiveTarget.Factory(InstantSource.system()), new Hashtable<>()),
                context.registerService(RouteTargetFactory.class, new WebhookTarget.Factory(), new Hashtable<>()));
    }

    @Deactivate
    void close() {
        offered.forEach(ServiceRegistration::unregister);
    }
}
