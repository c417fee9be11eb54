// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import io.postern.gateway.spi.ControlCommand;
import io.postern.gateway.spi.HealthBoard;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.felix.hc.api.HealthCheck;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Registers a health check for each part of the gateway, and asks them all for whoever stands before it. */
@Component(
        service = HealthComponent.class,
        immediate = true,
        configurationPid = "io.postern.gateway",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class HealthComponent {
    @interface Config {
        /** Root certificates of both services, PEM. */
        String caFile() default "";

        /** The gateway's certificate, PEM. */
        String certificateFile() default "";
    }

    private final HealthDesk desk = new HealthDesk();
    private final HealthWatch watch;
    private final LogTail log = LogTail.begin();
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    @Activate
    public HealthComponent(Config config, BundleContext context, @Reference Parts parts, @Reference HealthBoard board) {
        watch = new HealthWatch(desk, board);
        Map<String, Supplier<Finding>> checks = checks(
                parts, parts::now, Optional.ofNullable(context.getProperty(Constants.FRAMEWORK_STORAGE)), config);
        checks.forEach((name, check) -> registrations.add(
                context.registerService(HealthCheck.class, () -> check.get().toResult(), properties(name))));
        registrations.add(context.registerService(
                ControlCommand.class,
                new Told("health.show", "whether each part of the gateway is well", true, desk::toJson),
                new Hashtable<>()));
        registrations.add(context.registerService(
                ControlCommand.class,
                new Told("log.tail", "the last lines of the log", false, log::toJson),
                new Hashtable<>()));
        registrations.add(context.registerService(
                ControlCommand.class,
                new Told("bundle.list", "what is installed, and in which version", true, () -> Bundles.toJson(context)),
                new Hashtable<>()));
    }

    HealthDesk desk() {
        return desk;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCheck(HealthCheck check, Map<String, Object> properties) {
        desk.add(name(check, properties), check);
    }

    void removeCheck(HealthCheck check, Map<String, Object> properties) {
        desk.remove(name(check, properties), check);
    }

    @Activate
    void start() {
        watch.start();
    }

    @Deactivate
    void close() {
        watch.close();
        registrations.forEach(ServiceRegistration::unregister);
        log.close();
    }

    private static Map<String, Supplier<Finding>> checks(
            Parts parts, InstantSource clock, Optional<String> storage, Config config) {
        var gateway = new GatewayChecks(parts, clock);
        var process = new ProcessChecks(ProcessFigures.own(), clock);
        Map<String, Supplier<Finding>> checks = new TreeMap<>(Map.of(
                "clock",
                        () -> parts.clock()
                                .map(each -> GatewayChecks.clock(each.state()))
                                .orElseGet(process::clock),
                "handles", process::handles,
                "leaves", gateway::leaves,
                "lines", gateway::lines,
                "memory", process::memory,
                "outbox", gateway::outbox,
                "provisioning", gateway::provisioning,
                "sessions", gateway::sessions,
                "tokens", gateway::tokens,
                "tpm", gateway::tpm));
        checks.put("settings", gateway::settings);
        storage.ifPresent(place -> checks.put("disk", () -> ProcessChecks.disk(Path.of(place))));
        if (!config.caFile().isBlank()) {
            checks.put(
                    "roots",
                    () -> process.certificates(
                            "root certificates",
                            Path.of(config.caFile()),
                            "Put the cloud's new root certificate there; see docs/operate/roots.md."));
        }
        if (!config.certificateFile().isBlank()) {
            checks.put(
                    "certificate",
                    () -> process.certificates(
                            "gateway's certificate",
                            Path.of(config.certificateFile()),
                            "Have a new one issued and put it there; it is taken without a restart."));
        }
        return checks;
    }

    private static Dictionary<String, Object> properties(String name) {
        return new Hashtable<>(Map.of(HealthCheck.NAME, name, HealthCheck.TAGS, new String[] {"gateway"}));
    }

    private static String name(HealthCheck check, Map<String, Object> properties) {
        return properties.get(HealthCheck.NAME) instanceof String name
                ? name
                : check.getClass().getName();
    }
}
