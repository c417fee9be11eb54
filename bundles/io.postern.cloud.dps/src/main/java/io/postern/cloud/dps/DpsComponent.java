// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.Hubs;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Builds the provisioning service from its configuration and offers it as {@link ProvisioningService}. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.cloud.dps",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class DpsComponent {
    /** Settings of {@code io.postern.cloud.dps}. */
    @interface Config {
        /** The name operators' tokens speak for, for example {@code service.postern.localhost}. */
        String serviceHost();

        /** The name devices register at, for example {@code provisioning.postern.localhost}. */
        String provisioningHost();

        /** The hosts that allocation webhooks may be called at; none when empty. */
        String[] allocationWebhookHosts() default {};

        /** CA certificates (PEM) that those hosts' certificates lead to; the roots of this Java when empty. */
        String allocationWebhookCaFile() default "";

        /** Registrations that each tenant may have in a second, in the long run. */
        int registrationsPerSecond() default 200;

        /** Registrations that each tenant may have at once, after a while without. */
        int registrationsAtOnce() default 1_000;

        /** Requests to the service endpoint that each tenant may have in a second, in the long run. */
        int operationsPerSecond() default 200;

        /** Requests to the service endpoint that each tenant may have at once, after a while without. */
        int operationsAtOnce() default 1_000;
    }

    private final ServiceRegistration<ProvisioningService> offered;

    @Activate
    public DpsComponent(
            BundleContext context,
            @Reference Database database,
            @Reference KeySealer sealer,
            @Reference Hubs hubs,
            Config config)
            throws IOException {
        var service = new ProvisioningService(
                settings(config),
                database,
                sealer,
                hubs.all().stream().map(InProcessHub::new).toList(),
                WebhookSettings.caller(config.allocationWebhookHosts(), config.allocationWebhookCaFile()),
                InstantSource.system(),
                System::nanoTime,
                new SecureRandom());
        offered = context.registerService(ProvisioningService.class, service, FrameworkUtil.asDictionary(Map.of()));
    }

    private static DpsSettings settings(Config config) {
        return DpsSettings.of(config.serviceHost(), config.provisioningHost())
                .limited(
                        DpsSettings.rate(
                                "registrations", config.registrationsPerSecond(), config.registrationsAtOnce()),
                        DpsSettings.rate("operations", config.operationsPerSecond(), config.operationsAtOnce()));
    }

    @Deactivate
    void close() {
        offered.unregister();
    }
}
