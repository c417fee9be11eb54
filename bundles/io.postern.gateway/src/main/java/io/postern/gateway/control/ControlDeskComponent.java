// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.control;

import io.postern.gateway.spi.ControlCommand;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.LeafOrders;
import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.OutboxGauge;
import io.postern.gateway.spi.PortInventory;
import io.postern.gateway.spi.UplinkReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The desk as a service, told of each command and line that comes or goes, and the socket before it. */
@Component(
        service = ControlDeskComponent.class,
        immediate = true,
        configurationPid = "io.postern.gateway",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ControlDeskComponent {
    private static final Logger LOG = LoggerFactory.getLogger(ControlDeskComponent.class);

    @interface Config {
        /** Where the control socket is; empty for {@code control} beside the framework's own directory. */
        String controlDirectory() default "";
    }

    private final ControlDesk desk = new ControlDesk();
    private final Collection<Line> lines = new CopyOnWriteArrayList<>(); // one for each configured
    private final Optional<ControlSocket> socket;

    @Activate
    public ControlDeskComponent(Config config, BundleContext context) {
        desk.add(LineCommands.of(() -> lines));
        socket = directory(config, context.getProperty(Constants.FRAMEWORK_STORAGE))
                .flatMap(this::open);
    }

    @Deactivate
    void deactivate() {
        socket.ifPresent(ControlSocket::close);
    }

    /** Where commands are run. */
    public ControlDesk desk() {
        return desk;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCommand(ControlCommand command) {
        desk.add(command);
    }

    void removeCommand(ControlCommand command) {
        desk.remove(command.name());
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addLine(Line line) {
        lines.add(line);
    }

    void removeLine(Line line) {
        lines.remove(line);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void addOffice(LeafOffice office) {
        LeafCommands.of(office).forEach(desk::add);
    }

    void removeOffice(LeafOffice office) {
        LeafCommands.of(office).forEach(command -> desk.remove(command.name()));
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void addOrders(LeafOrders orders) {
        LeafCommands.of(orders).forEach(desk::add);
    }

    void removeOrders(LeafOrders orders) {
        LeafCommands.of(orders).forEach(command -> desk.remove(command.name()));
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void addOutbox(OutboxGauge gauge) {
        desk.add(OutboxCommands.of(gauge));
    }

    void removeOutbox(OutboxGauge gauge) {
        desk.remove(OutboxCommands.of(gauge).name());
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void addReport(UplinkReport report) {
        desk.add(TokenCommand.of(report));
    }

    void removeReport(UplinkReport report) {
        desk.remove(TokenCommand.NAME);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void addPorts(PortInventory ports) {
        desk.add(LineCommands.of(ports));
    }

    void removePorts(PortInventory ports) {
        desk.remove(LineCommands.of(ports).name());
    }

    private static Optional<Path> directory(Config config, @Nullable String storage) {
        if (!config.controlDirectory().isBlank()) {
            return Optional.of(Path.of(config.controlDirectory()));
        }
        return Optional.ofNullable(storage).map(text -> Path.of(text).resolveSibling("control"));
    }

    /** A gateway without its socket still does its work. */
    private Optional<ControlSocket> open(Path directory) {
        try {
            return Optional.of(ControlSocket.open(directory, desk));
        } catch (IOException e) {
            LOG.atError()
                    .addKeyValue("directory", directory)
                    .setCause(e)
                    .log("no commands can be given on this machine");
            return Optional.empty();
        }
    }
}
