// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.endpoint.http.Monitoring;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.hub.diagnostics.MetricsPage;
import io.postern.cloud.routes.Routes;
import io.postern.cloud.tokens.TokenServices;
import io.postern.cloud.users.UserDirectory;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Starts the listeners of the cloud side from their configuration, once its services are there. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.cloud.endpoint",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class EndpointComponent {
    /** Settings of {@code io.postern.cloud.endpoint}. */
    @interface Config {
        /** The address to listen on; {@code 0.0.0.0} for all. */
        String listen() default "127.0.0.1";

        /** Official clients know no other port than 443. */
        int httpsPort() default 443;

        /** Official clients know no other port than 8883. */
        int mqttPort() default 8883;

        /** Official clients know no other port than 5671. */
        int amqpPort() default 5671;

        /** The names served are {@code provisioning.}, {@code service.} and {@code tokens.} of it, and those of the hubs. */
        String domain() default "postern.localhost";

        /** Where devices register, when that is not {@code provisioning.} of the domain. */
        String provisioningHost() default "";

        /** The data directory of the cloud side; gets {@code connection.json}, {@code hosts} and {@code tls/}. */
        String directory();

        /** A file with the secret that opens the metrics of the whole cloud side as a bearer token; off when empty. */
        String metricsTokenFile() default "";
    }

    private final CloudEndpoint endpoint;

    @Activate
    public EndpointComponent(
            Config config,
            @Reference Hubs hubs,
            @Reference ProvisioningService provisioning,
            @Reference TokenServices tokens,
            @Reference UserDirectory users,
            @Reference Routes routes,
            @Reference MetricsPage metrics)
            throws IOException {
        endpoint = CloudEndpoint.start(
                EndpointSettings.of(
                                config.listen(),
                                new EndpointPorts(config.httpsPort(), config.mqttPort(), config.amqpPort()),
                                config.domain(),
                                config.directory())
                        .registeringAt(config.provisioningHost()),
                new CloudServices(
                        hubs,
                        provisioning,
                        tokens,
                        users,
                        routes,
                        new Monitoring(metrics, EndpointSettings.file(config.metricsTokenFile()))),
                InstantSource.system(),
                new SecureRandom());
    }

    @Deactivate
    void close() {
        endpoint.close();
    }
}
