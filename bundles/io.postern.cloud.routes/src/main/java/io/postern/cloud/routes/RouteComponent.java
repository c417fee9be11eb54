// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.store.Database;
import io.postern.wire.HubName;
import io.postern.wire.Setting;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one route from its configuration, once its hub and its kind of target are there. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.cloud.route",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class RouteComponent {
    private static final Logger LOG = LoggerFactory.getLogger(RouteComponent.class);

    private final Routes routes;
    private final Optional<MessageRoute> route;

    @Activate
    public RouteComponent(
            RouteConfig config,
            @Reference Hubs hubs,
            @Reference Database database,
            @Reference Routes routes,
            @Reference(cardinality = ReferenceCardinality.MULTIPLE, policyOption = ReferencePolicyOption.GREEDY)
                    List<RouteTargetFactory> kinds)
            throws IOException {
        this.routes = routes;
        RouteSettings settings = RouteSettings.of(config);
        Hub hub = hub(config, hubs);
        Optional<RouteTargetFactory> factory = kinds.stream()
                .filter(kind -> kind.kind().equals(settings.target()))
                .findFirst();
        if (factory.isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("route", settings.name())
                    .addKeyValue("target", settings.target())
                    .addKeyValue(
                            "known",
                            kinds.stream().map(RouteTargetFactory::kind).toList())
                    .log("the route waits for a bundle that knows its kind of target");
            route = Optional.empty();
            return;
        }
        MessageRoute running = MessageRoute.open(config, hub, database, factory.get());
        route = Optional.of(running);
        routes.start(running);
    }

    private static Hub hub(RouteConfig config, Hubs hubs) {
        return config.hub().isBlank()
                ? hubs.standard()
                : Setting.parse("hub", config.hub(), text -> hubs.find(HubName.of(text))
                        .orElseThrow(
                                () -> new IllegalArgumentException("there is no such hub here, only " + hubs.names())));
    }

    @Deactivate
    void close() {
        route.ifPresent(running -> {
            routes.remove(running);
            running.close();
        });
    }
}
