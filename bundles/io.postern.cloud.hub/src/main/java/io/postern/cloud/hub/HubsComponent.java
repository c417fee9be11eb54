// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.diagnostics.MetricSource;
import io.postern.wire.HubName;
import io.postern.wire.Setting;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
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
 * Offers all hubs together as {@link Hubs}, once all that are named have been opened: what is built on them is built
 * once, and in the order of the list. Made anew whenever a hub comes or goes.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.cloud.hubs",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class HubsComponent {
    private static final Logger LOG = LoggerFactory.getLogger(HubsComponent.class);

    /** Settings of {@code io.postern.cloud.hubs}. */
    @interface Config {
        /** The hubs' host names, the default first; each has a configuration {@code io.postern.cloud.hub~HUB}. */
        String[] hubNames();
    }

    private final List<ServiceRegistration<?>> offered;

    @Activate
    public HubsComponent(
            BundleContext context,
            Config config,
            @Reference(cardinality = ReferenceCardinality.MULTIPLE, policyOption = ReferencePolicyOption.GREEDY)
                    List<Hub> opened) {
        List<HubName> names = Stream.of(config.hubNames())
                .map(name -> Setting.parse("hubNames", name, HubName::of))
                .toList();
        offered = complete(names, opened)
                .map(hubs -> List.<ServiceRegistration<?>>of(
                        context.registerService(Hubs.class, hubs, FrameworkUtil.asDictionary(Map.of())),
                        context.registerService(
                                MetricSource.class, new HubMetrics(hubs), FrameworkUtil.asDictionary(Map.of()))))
                .orElse(List.of());
        if (offered.isEmpty()) {
            LOG.atDebug()
                    .addKeyValue("named", names)
                    .addKeyValue("opened", opened.stream().map(Hub::name).toList())
                    .log("waiting for hubs");
        }
    }

    /** The hubs of {@code names} in that order, once all of them are there. */
    static Optional<Hubs> complete(List<HubName> names, List<Hub> opened) {
        List<Hub> found = names.stream()
                .flatMap(name -> opened.stream().filter(hub -> hub.name().equals(name)))
                .toList();
        return found.size() < names.size() ? Optional.empty() : Optional.of(new Hubs(found));
    }

    @Deactivate
    void close() {
        offered.forEach(ServiceRegistration::unregister);
    }
}
