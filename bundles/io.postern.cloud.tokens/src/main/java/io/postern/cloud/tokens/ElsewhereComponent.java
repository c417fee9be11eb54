// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.Ticker;
import io.postern.cloud.hub.diagnostics.MetricSource;
import io.postern.cloud.hub.elsewhere.HubAccess;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.PrivateFile;
import io.postern.wire.ConnectionString;
import io.postern.wire.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Hashtable;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Builds the token service of a hub elsewhere from its configuration and offers it as {@link TokenServices}. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.cloud.tokens.elsewhere",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ElsewhereComponent {
    private static final String PID = "io.postern.cloud.tokens.elsewhere";
    private static final Duration SETTLE =
            Duration.ofSeconds(30); // a revocation that found the hub away is told it within that

    /** Settings of {@code io.postern.cloud.tokens.elsewhere} besides those of {@link TokensComponent.Config}. */
    @interface Config {
        /** A file with the connection string of a policy that reads the hub's registry. */
        String registryConnectionFile();

        /** A file with that of a policy that may act as devices; absent: the same. */
        String deviceConnectionFile() default "";

        /** The hub's HTTPS port. */
        int hubPort() default 443;

        /** PEM, the roots the hub's certificate leads to; absent: those of this Java. */
        String hubCaFile() default "";
    }

    private final TokenServices services;
    private final Ticker settling;
    private final ServiceRegistration<?> offered;

    @Activate
    public ElsewhereComponent(
            BundleContext context,
            @Reference Database database,
            @Reference KeySealer sealer,
            TokensComponent.Config tokens,
            Config config) {
        services = TokenServices.of(TokenService.elsewhere(
                TokenSettings.of(PID, tokens),
                hub(config),
                database,
                sealer,
                InstantSource.system(),
                System::nanoTime,
                new SecureRandom()));
        settling = new Ticker(
                "tokens-settle", SETTLE, () -> services.standard().desk().settle());
        settling.start();
        offered = context.registerService(
                new String[] {TokenServices.class.getName(), MetricSource.class.getName()},
                services,
                new Hashtable<>());
    }

    private static HubElsewhere hub(Config config) {
        try {
            ConnectionString registry =
                    Setting.parse("registryConnectionFile", config.registryConnectionFile(), ElsewhereComponent::read);
            ConnectionString devices = config.deviceConnectionFile().isBlank()
                    ? registry
                    : Setting.parse("deviceConnectionFile", config.deviceConnectionFile(), ElsewhereComponent::read);
            Optional<String> ca = config.hubCaFile().isBlank()
                    ? Optional.empty()
                    : Optional.of(Setting.parse("hubCaFile", config.hubCaFile(), ElsewhereComponent::text));
            return new HubElsewhere(new HubAccess(registry, config.hubPort(), ca), devices);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new IllegalArgumentException(PID + ": " + e.getMessage(), e);
        }
    }

    private static ConnectionString read(String file) {
        try {
            return ConnectionString.parse(PrivateFile.read(Path.of(file), "a policy's connection string")
                    .strip());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the connection string (" + e.getMessage() + ")", e);
        }
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + " (" + e.getMessage() + ")", e);
        }
    }

    @Deactivate
    void close() {
        offered.unregister();
        settling.close();
        services.close();
    }
}
