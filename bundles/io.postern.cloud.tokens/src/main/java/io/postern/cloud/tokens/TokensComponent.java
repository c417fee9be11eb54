// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.Hubs;
import io.postern.cloud.hub.diagnostics.MetricSource;
import io.postern.cloud.store.Database;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Hashtable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Builds the token services of all hubs from their configuration and offers them as {@link TokenServices}. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.cloud.tokens",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class TokensComponent {
    private static final String PID = "io.postern.cloud.tokens";

    /** What every token service is set to, that of {@code io.postern.cloud.tokens} and the one of a hub elsewhere. */
    @interface Config {
        /** How long a leaf's token is good for, 1m to 10d. */
        String tokenLife() default "1h";

        /** How many requests a gateway may make at once. */
        int burst() default 2_000;

        /** How many requests a gateway may make over time. */
        int perMinute() default 1_200;

        /** What happens to a leaf that the hub does not know: off, approval or on. */
        String newLeaves() default "off";

        /** What gateways may name the leaves they bring along: {@code gateways=leaves}. */
        String[] newLeafNames() default {"*={gateway}-*"};

        /** How many a gateway may bring along in 24 hours. */
        int newLeavesPerDay() default 100;

        /** How many connections the hub takes in a second; leaves get places in the return after an outage by it. 0: none. */
        int connectionsPerSecond() default 100;
    }

    private final TokenServices services;
    private final ServiceRegistration<?> offered;

    @Activate
    public TokensComponent(BundleContext context, @Reference Database database, @Reference Hubs hubs, Config config) {
        services = TokenServices.of(
                TokenSettings.of(PID, config),
                hubs,
                database,
                InstantSource.system(),
                System::nanoTime,
                new SecureRandom());
        offered = context.registerService(
                new String[] {TokenServices.class.getName(), MetricSource.class.getName()},
                services,
                new Hashtable<>());
    }

    @Deactivate
    void close() {
        offered.unregister();
        services.close();
    }
}
