// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/** Opens the store from its configuration and offers {@link Database} and {@link KeySealer} as services. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.cloud.store",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class StoreComponent {
    /** Settings of {@code io.postern.cloud.store}. */
    @interface Config {
        /** The data directory of the cloud side. */
        String directory();
    }

    private final Database database;
    private final List<ServiceRegistration<?>> offered;

    @Activate
    public StoreComponent(BundleContext context, Config config) throws IOException {
        if (config.directory().isBlank()) {
            throw new IllegalArgumentException("io.postern.cloud.store: directory must name the data directory");
        }
        Path directory = Path.of(config.directory());
        database = Database.open(directory.resolve("cloud.db"));
        offered = offer(context, database, directory);
    }

    @Deactivate
    void close() {
        offered.forEach(ServiceRegistration::unregister);
        database.close();
    }

    private static List<ServiceRegistration<?>> offer(BundleContext context, Database database, Path directory)
            throws IOException {
        try {
            KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, new SecureRandom());
            return List.of(
                    context.registerService(KeySealer.class, sealer, FrameworkUtil.asDictionary(Map.of())),
                    context.registerService(Database.class, database, FrameworkUtil.asDictionary(Map.of())));
        } catch (IOException | RuntimeException e) {
            database.close();
            throw e;
        }
    }
}
