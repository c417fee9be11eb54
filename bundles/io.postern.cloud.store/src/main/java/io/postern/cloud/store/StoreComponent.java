// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the store from its configuration and offers it, its first {@link Database} and that one's
 * {@link KeySealer} as services.
 */
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

        /** PostgreSQL in the place of files: {@code jdbc:postgresql://host/database}; empty for files. */
        String postgresUrl() default "";

        String postgresUser() default "";

        String postgresPasswordFile() default "";

        /** The roots of the server's certificate; empty for those of the Java runtime. */
        String postgresCaFile() default "";
    }

    private static final Logger LOG = LoggerFactory.getLogger(StoreComponent.class);

    private final DataDirectory.Vault vault;
    private final List<ServiceRegistration<?>> offered;

    @Activate
    public StoreComponent(BundleContext context, Config config) throws IOException {
        if (config.directory().isBlank()) {
            throw new IllegalArgumentException("io.postern.cloud.store: directory must name the data directory");
        }
        Path place = Path.of(config.directory());
        var directory = new DataDirectory(place, server(config), new SecureRandom());
        vault = directory.open("cloud"); // makes the master key, which those that open theirs later find
        if (config.postgresUrl().isBlank() && !new DiskEncryption(Path.of("/")).isSeenBelow(place)) {
            LOG.atInfo()
                    .addKeyValue("directory", place)
                    .log("only keys are encrypted here, and no encrypted disk is seen below; docs/operate/storage.md");
        }
        offered = List.of(
                context.registerService(KeySealer.class, vault.sealer(), FrameworkUtil.asDictionary(Map.of())),
                context.registerService(Database.class, vault.database(), FrameworkUtil.asDictionary(Map.of())),
                context.registerService(DataDirectory.class, directory, FrameworkUtil.asDictionary(Map.of())));
    }

    private static Optional<PostgresServer> server(Config config) throws IOException {
        if (config.postgresUrl().isBlank()) {
            return Optional.empty();
        }
        if (config.postgresPasswordFile().isBlank()) {
            throw new IllegalArgumentException(
                    "io.postern.cloud.store: postgresPasswordFile must name the file of the password");
        }
        return Optional.of(new PostgresServer(
                config.postgresUrl(),
                config.postgresUser(),
                PostgresServer.passwordOf(Path.of(config.postgresPasswordFile())),
                Optional.of(config.postgresCaFile())
                        .filter(file -> !file.isBlank())
                        .map(Path::of)));
    }

    @Deactivate
    void close() {
        offered.forEach(ServiceRegistration::unregister);
        vault.close();
    }
}
