// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.provisioning.Pause;
import io.postern.gateway.settings.RemoteSettings;
import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.LeafOrders;
import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.ReadingSink;
import io.postern.gateway.spi.StateStore;
import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.Templates;
import io.postern.wire.DeviceId;
import io.postern.wire.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** The configured leaves as a service, told of each driver and line that comes or goes. */
@Component(
        service = {LeavesComponent.class, LeafOffice.class, LeafOrders.class},
        configurationPid = "io.postern.gateway",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class LeavesComponent implements LeafOffice, LeafOrders {
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration GOODBYE = Duration.ofSeconds(5);

    @interface Config {
        /** Where the technician's own templates are, in files {@code NAME.json}; empty for those that ship. */
        String templateDirectory() default "";
    }

    private final Leaves leaves;
    private final Templates templates;
    private final RemoteSettings remote;
    private final Thread looking = Thread.ofVirtual().name("leaves").unstarted(this::look);

    @Activate
    public LeavesComponent(
            Config config,
            @Reference Roster roster,
            @Reference StateStore store,
            @Reference Outbox outbox,
            @Reference ReadingSink sink,
            @Reference GatewayClock clock,
            @Reference RemoteSettings remote) {
        this.remote = remote;
        templates = config.templateDirectory().isBlank()
                ? Templates.shipped()
                : Templates.with(Setting.parse("templateDirectory", config.templateDirectory(), Path::of));
        leaves = new Leaves(new Leaf.Depot(store, outbox, sink, clock), roster, System::nanoTime);
    }

    /** What has been begun here is ended by {@link #deactivate}; what a constructor begins need not be. */
    @Activate
    void start() {
        looking.start();
    }

    @Deactivate
    void deactivate() {
        looking.interrupt();
        try {
            looking.join(GOODBYE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addDriver(Driver driver) {
        leaves.come(driver);
    }

    void removeDriver(Driver driver) {
        leaves.go(driver);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addLine(Line line) {
        leaves.come(line);
    }

    void removeLine(Line line) {
        leaves.go(line);
    }

    Leaves.Membership add(LeafSettings settings, String configuration) throws TemplateException, IOException {
        Optional<String> fromAfar = remote.template(settings.template());
        Template template = fromAfar.isPresent()
                ? Templates.readText(settings.template(), fromAfar.get())
                : templates.read(settings.template());
        return leaves.add(settings, template, configuration);
    }

    @Override
    public List<LeafOffice.Entry> leaves() {
        return leaves.leaves();
    }

    @Override
    public void approve(DeviceId leaf) throws IOException {
        leaves.approve(leaf);
    }

    @Override
    public void replace(DeviceId leaf) throws IOException {
        leaves.replace(leaf);
    }

    @Override
    public void retire(DeviceId leaf) throws IOException {
        leaves.retire(leaf);
    }

    @Override
    public Optional<Model> model(DeviceId leaf) {
        return leaves.model(leaf);
    }

    @Override
    public boolean isReady(DeviceId leaf) {
        return leaves.isReady(leaf);
    }

    @Override
    public Outcome write(DeviceId leaf, String field, Measurement value, Attempt attempt, Duration patience)
            throws InterruptedException {
        return leaves.write(leaf, field, value, attempt, patience);
    }

    private void look() {
        try {
            while (true) {
                Pause.REAL.take(LOOK);
                leaves.look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }
}
