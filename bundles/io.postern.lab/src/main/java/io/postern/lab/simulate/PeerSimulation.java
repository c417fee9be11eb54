// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.simulate;

import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.Fault;
import io.postern.lab.sim.PeerBus;
import io.postern.lab.sim.PlannedFault;
import io.postern.lab.sim.PtyBus;
import io.postern.lab.sim.modbus.SocketPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Instruments of framed templates, or meters on an M-Bus. They are numbered from 1, as they were named. */
final class PeerSimulation implements Simulation {
    private static final Duration PATIENCE = Duration.ofMillis(300); // beyond the turnaround

    private final List<TemplatePeer> peers;
    private final PeerBus bus;

    PeerSimulation(
            List<TemplatePeer> peers, TemplatePeer.Pace pace, RandomGenerator random, Consumer<PeerBus.Exchange> told) {
        this.peers = List.copyOf(peers);
        this.bus = new PeerBus(pace.origin(), pace.turnaround().plus(PATIENCE), random, told);
        peers.forEach(peer -> bus.put(peer.station(pace), peer::spoiled));
    }

    @Override
    public List<String> instruments() {
        List<String> all = new ArrayList<>();
        for (TemplatePeer peer : peers) {
            all.add("instrument " + (all.size() + 1) + ": " + peer.title());
        }
        return all;
    }

    @Override
    public void attach(PtyBus wire, CharacterFormat format) {
        wire.attach(bus, format);
    }

    @Override
    public SocketPort listen(InetSocketAddress address) {
        throw new IllegalArgumentException(
                "--listen is for Modbus; these instruments are on a line (--port), and socat makes a TCP port of that");
    }

    @Override
    public String faultKinds() {
        return "mute, late:800ms, crc, garbage, cut, glued, gaps:2ms";
    }

    @Override
    public void add(PlannedFault fault) {
        switch (fault.fault()) {
            case Fault.Mute _, Fault.Late _, Fault.Garbage _, Fault.Cut _, Fault.Glued _, Fault.Gaps _ -> {}
            case Fault.WrongCheckSum _ -> {
                if (peers.stream().noneMatch(TemplatePeer::hasCheckSum)) {
                    throw new IllegalArgumentException("frames of this template have no check sum that could be wrong");
                }
            }
            default ->
                throw new IllegalArgumentException(
                        "this fault is one of Modbus; these instruments know " + faultKinds());
        }
        if (fault.unit().isPresent() && fault.unit().getAsInt() > peers.size()) {
            throw new IllegalArgumentException("there are " + peers.size() + " instruments, no number "
                    + fault.unit().getAsInt());
        }
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
