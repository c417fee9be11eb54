// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.simulate;

import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.PlannedFault;
import io.postern.lab.sim.PtyBus;
import io.postern.lab.sim.modbus.SimulatedBus;
import io.postern.lab.sim.modbus.SocketPort;
import io.postern.lab.sim.modbus.TemplateInstruments;
import io.postern.sensor.modbus.Framing;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Modbus instruments by their units. */
record ModbusSimulation(SimulatedBus bus, SortedMap<Integer, TemplateInstruments> types, Optional<Framing> framing)
        implements Simulation {
    @Override
    public List<String> instruments() {
        return types.entrySet().stream()
                .map(type -> "unit " + type.getKey() + ": " + type.getValue().title())
                .toList();
    }

    @Override
    public void attach(PtyBus wire, CharacterFormat format) {
        wire.attach(bus.station(framing.orElse(Framing.RTU), format), format);
    }

    @Override
    public SocketPort listen(InetSocketAddress address) throws IOException {
        return SocketPort.open(bus, framing.orElse(Framing.TCP), address);
    }

    @Override
    public String faultKinds() {
        return """
                mute, late:800ms, crc, duplicate, exception:2, garbage, swap,
                               wrong-unit, cut, glued, over-long, gaps:2ms, short-map; of the line: noise:1s, echo""";
    }

    @Override
    public void add(PlannedFault fault) {
        bus.add(fault);
    }

    @Override
    public boolean remove(PlannedFault fault) {
        return bus.remove(fault);
    }

    @Override
    public List<PlannedFault> faults() {
        return bus.faults();
    }
}
