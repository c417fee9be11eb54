// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.users;

import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.store.Database;
import io.postern.wire.DurationText;
import io.postern.wire.Setting;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Hashtable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Opens the directory of users, once the services are there that it lets them into. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.cloud.users")
public final class UsersComponent {
    private static final Duration SHORTEST = Duration.ofMinutes(5);
    private static final Duration LONGEST = Duration.ofHours(24);

    /** Settings of {@code io.postern.cloud.users}. */
    @interface Config {
        /** How long what a user gets at sign-in is good, 5m to 24h. */
        String tokenLife() default "8h";
    }

    private final ServiceRegistration<UserDirectory> offered;

    @Activate
    public UsersComponent(
            BundleContext context,
            @Reference Database database,
            @Reference Hubs hubs,
            @Reference ProvisioningService provisioning,
            Config config) {
        offered = context.registerService(
                UserDirectory.class,
                UserDirectory.open(
                        database,
                        hubs,
                        provisioning.defaultTenant(),
                        tokenLife(config.tokenLife()),
                        InstantSource.system(),
                        System::nanoTime,
                        new SecureRandom()),
                new Hashtable<>());
    }

    static Duration tokenLife(String text) {
        return Setting.parse("tokenLife", text, written -> {
            Duration life = DurationText.parse(written);
            if (life.compareTo(SHORTEST) < 0 || life.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("5m to 24h, not " + written);
            }
            return life;
        });
    }

    @Deactivate
    void close() {
        offered.unregister();
    }
}
