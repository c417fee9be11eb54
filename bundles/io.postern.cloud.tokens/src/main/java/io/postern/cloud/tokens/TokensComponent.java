// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.Hub;
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

/** Builds the token service from its configuration and offers it as {@link TokenService}. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.cloud.tokens",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class TokensComponent {
    /** Settings of {@code io.postern.cloud.tokens}. */
    @interface Config {
        /** How long a leaf's token is good for, 1m to 10d. */
        String tokenLife() default "1h";

        /** How many requests a gateway may make at once. */
        int burst() default 2_000;

        /** How many requests a gateway may make over time. */
        int perMinute() default 1_200;
    }

    private final ServiceRegistration<TokenService> offered;

    @Activate
    public TokensComponent(BundleContext context, @Reference Database database, @Reference Hub hub, Config config) {
        var service = TokenService.of(
                TokenSettings.of(config.tokenLife(), config.burst(), config.perMinute()),
                hub,
                database,
                InstantSource.system(),
                System::nanoTime,
                new SecureRandom());
        offered = context.registerService(TokenService.class, service, new Hashtable<>());
    }

    @Deactivate
    void close() {
        offered.unregister();
    }
}
