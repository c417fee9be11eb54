// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.simulate;

import io.postern.lab.sim.PlannedFault;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a technician types while the instruments run: a fault switches on, and off when it is typed again. */
final class Desk {
    private static final String HELP = """
            [UNIT/]FAULT   switches a fault on, or off: %s
            unplug, replug the adapter of the line
            faults         which are on
            right          all faults off
            quit           as Ctrl-C""";

    /** What can be done with the line. */
    interface Wire {
        void unplug();

        void replug();
    }

    private final Simulation simulation;
    private final Optional<Wire> wire;

    Desk(Simulation simulation, Optional<Wire> wire) {
        this.simulation = simulation;
        this.wire = wire;
    }

    /** @return what to tell the technician; never throws for what he types */
    String order(String typed) {
        try {
            return switch (typed) {
                case "" -> "";
                case "help", "?" -> HELP.formatted(simulation.faultKinds());
                case "faults" -> faults();
                case "right" -> {
                    simulation.faults().forEach(simulation::remove);
                    yield "all is right";
                }
                case "unplug" -> onWire(Wire::unplug, "unplugged");
                case "replug" -> onWire(Wire::replug, "plugged in again");
                default -> toggle(typed);
            };
        } catch (IllegalArgumentException | IllegalStateException e) {
            return e.getMessage() + "; \"help\" says what can be typed";
        }
    }

    private String toggle(String typed) {
        PlannedFault fault = PlannedFault.parse(typed);
        if (fault.start().equals(Duration.ZERO) && simulation.remove(fault)) {
            return typed + " is off";
        }
        simulation.add(fault);
        return typed + " is on";
    }

    private String faults() {
        return simulation.faults().isEmpty()
                ? "none"
                : simulation.faults().stream()
                        .map(fault -> (fault.unit().isPresent()
                                        ? "unit " + fault.unit().getAsInt() + ": "
                                        : "")
                                + fault.fault().toString().replace("[]", ""))
                        .collect(Collectors.joining("\n"));
    }

    private String onWire(java.util.function.Consumer<Wire> deed, String done) {
        deed.accept(wire.orElseThrow(() -> new IllegalStateException("there is no adapter: this is a TCP port")));
        return done;
    }
}
