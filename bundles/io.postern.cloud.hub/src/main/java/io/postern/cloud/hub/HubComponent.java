// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.commands.CommandSettings;
import io.postern.cloud.hub.diagnostics.OperationLog;
import io.postern.cloud.store.DataDirectory;
import io.postern.wire.DurationText;
import io.postern.wire.HubName;
import io.postern.wire.Setting;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Opens one hub from its configuration, on a database of its own, and offers it as a {@link Hub} service. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.cloud.hub",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class HubComponent {
    /** Settings of {@code io.postern.cloud.hub~HUB}. */
    @interface Config {
        /** The hub's host name. */
        String hubName();

        /** How long the name of a deleted device stays barred. */
        String quarantine() default "10d";

        /** How many accepted events are kept. */
        long retainedEvents() default HubSettings.DEFAULT_RETAINED_EVENTS;

        /** How many partitions the event stream has. */
        int partitions() default HubSettings.DEFAULT_PARTITIONS;

        /** How long a command waits for its device that says nothing about it. */
        String commandTimeToLive() default "1h";

        /** How long a device may hold a command before it is delivered again. */
        String commandLock() default "1m";

        /** How often a command is delivered in vain before it is given up. */
        int commandDeliveries() default 10;

        /** Where jobs of the registry may read and write blob containers. */
        String[] blobOrigins() default {};

        /** How many requests to the registry are taken a minute. */
        int registryOperations() default RegistrySettings.DEFAULT_OPERATIONS;

        /** Beyond how many new devices in a day the log says so; 0 is never. */
        long createdPerDayAlert() default 0;

        /** Beyond how many messages in a day the operator is alerted; 0 is never. */
        long messagesPerDayAlert() default 0;

        /** The same for their bytes. */
        long bytesPerDayAlert() default 0;

        /** The same for the bytes of events that are kept. */
        long storedBytesAlert() default 0;

        /** The same for what is no message by the hub's rules. */
        long garbledPerDayAlert() default 0;

        /** Beyond how many times the mean of a week; 0 is never. */
        int usageJumpAlert() default UsageSettings.DEFAULT_JUMP;
    }

    private final DataDirectory.Vault vault;
    private final Hub hub;
    private final ServiceRegistration<Hub> offered;

    @Activate
    public HubComponent(
            BundleContext context,
            Config config,
            @Reference DataDirectory directory,
            @Reference OperationLog operations)
            throws IOException {
        var settings = new HubSettings(
                Setting.parse("hubName", config.hubName(), HubName::of),
                Setting.parse("quarantine", config.quarantine(), DurationText::parse),
                config.retainedEvents(),
                config.partitions(),
                new CommandSettings(
                        Setting.parse("commandTimeToLive", config.commandTimeToLive(), DurationText::parse),
                        Setting.parse("commandLock", config.commandLock(), DurationText::parse),
                        config.commandDeliveries()),
                new RegistrySettings(
                        List.of(config.blobOrigins()), config.registryOperations(), config.createdPerDayAlert()),
                new UsageSettings(
                        config.messagesPerDayAlert(),
                        config.bytesPerDayAlert(),
                        config.storedBytesAlert(),
                        config.garbledPerDayAlert(),
                        config.usageJumpAlert()));
        vault = directory.open(settings.name().text());
        hub = Hub.open(
                settings, vault.database(), vault.sealer(), operations, InstantSource.system(), new SecureRandom());
        offered = context.registerService(Hub.class, hub, FrameworkUtil.asDictionary(Map.of()));
    }

    @Deactivate
    void close() {
        offered.unregister();
        hub.close();
        vault.close();
    }
}
