// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import io.postern.gateway.provisioning.Pause;
import io.postern.gateway.spi.ControlCommand;
import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.SettingsCheck;
import io.postern.gateway.spi.StateStore;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keeper of changed settings with the framework around it. {@link RemoteSettings} becomes a service when what it
 * remembers lies over what the file says, so that nobody begins with the file's settings in between.
 */
@Component(service = SettingsComponent.class, immediate = true)
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>=\"io.postern.gateway.settings.RemoteSettings\"")
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>=\"io.postern.gateway.spi.ControlCommand\"")
public final class SettingsComponent implements RemoteSettings {
    private static final Logger LOG = LoggerFactory.getLogger(SettingsComponent.class);
    private static final String FILE = "configurator.initial"; // the launcher's, Compendium R8, 150.8.1
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration LOOK_AT_START = Duration.ofMillis(20);
    private static final int MOST_LOOKS_AT_START = 500; // ten seconds: a start on a slow board takes three
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private final BundleContext context;
    private final AdminConfigurations configurations;
    private final SettingsKeeper keeper;
    private final Collection<SettingsCheck> checks = new CopyOnWriteArrayList<>(); // one for each kind of configuration
    private volatile @Nullable LeafOffice office;
    private final boolean remembers;
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>(); // guarded by this
    private final Thread thread = Thread.ofVirtual().name("settings").unstarted(this::run);

    @Activate
    public SettingsComponent(
            BundleContext context,
            @Reference ConfigurationAdmin admin,
            @Reference ServiceComponentRuntime components,
            @Reference StateStore store,
            @Reference Exchanges exchanges,
            @Reference GatewayClock clock)
            throws IOException {
        this.context = context;
        this.configurations = new AdminConfigurations(admin, components, checks);
        this.keeper = new SettingsKeeper(store, configurations, this::leaves, exchanges, clock, System::nanoTime);
        this.remembers = store.read(SettingsKeeper.FACT).isPresent();
        if (!remembers) {
            open(); // nothing lies over the file: nobody has to wait
        }
        thread.start();
    }

    @Deactivate
    void deactivate() {
        thread.interrupt();
        try {
            thread.join(GOODBYE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            registrations.forEach(ServiceRegistration::unregister);
            registrations.clear();
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCheck(SettingsCheck check) {
        checks.add(check);
    }

    void removeCheck(SettingsCheck check) {
        checks.remove(check);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void addOffice(LeafOffice here) {
        office = here;
    }

    void removeOffice(LeafOffice gone) {
        if (office == gone) {
            office = null;
        }
    }

    private List<LeafOffice.Entry> leaves() {
        LeafOffice here = office;
        return here == null ? List.of() : here.leaves();
    }

    @Override
    public JsonObject report() {
        return keeper.report();
    }

    @Override
    public void desire(JsonObject settings) {
        keeper.desire(settings);
    }

    @Override
    public Optional<String> template(String name) {
        return keeper.template(name);
    }

    private void run() {
        try {
            takeUp();
            for (ControlCommand command : SettingsCommands.of(keeper)) {
                register(ControlCommand.class, command);
            }
            while (true) {
                Pause.REAL.take(LOOK);
                step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    private void step() {
        try {
            keeper.step();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a defect in the keeping of settings; going on. Please report this line");
        }
    }

    /** Whatever happens, the gateway starts: by its file, when what was changed cannot be taken up. */
    private void takeUp() throws InterruptedException {
        try {
            Set<String> expected = fileSays();
            for (int look = 0; !configurations.readBase(expected) && look < MOST_LOOKS_AT_START; look++) {
                Pause.REAL.take(LOOK_AT_START);
            }
            keeper.begin();
            Map<String, JsonObject> wanted = keeper.inForce();
            Set<String> changed = Overlay.differences(configurations.base(), wanted);
            for (int look = 0; !configurations.isSeen(changed, wanted) && look < MOST_LOOKS_AT_START; look++) {
                Pause.REAL.take(LOOK_AT_START);
            }
        } catch (IOException | RuntimeException e) {
            LOG.atError().setCause(e).log("changed settings could not be taken up: the file alone counts");
        }
        if (remembers) {
            open();
        }
    }

    private Set<String> fileSays() {
        try {
            String text = Optional.ofNullable(context.getProperty(FILE)).orElse("{}");
            return Json.parseObject(text).keySet().stream()
                    .filter(pid -> pid.startsWith(SettingsRules.GATEWAY))
                    .collect(Collectors.toSet());
        } catch (IllegalArgumentException e) {
            LOG.atDebug().log("the file's configurations are taken as they come: " + e.getMessage());
            return Set.of();
        }
    }

    private void open() {
        register(RemoteSettings.class, this);
    }

    private synchronized <T> void register(Class<T> type, T service) {
        if (!Thread.currentThread().isInterrupted()) {
            registrations.add(context.registerService(type, service, new Hashtable<>()));
        }
    }
}
