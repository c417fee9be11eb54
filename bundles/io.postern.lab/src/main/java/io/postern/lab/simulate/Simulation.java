// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.simulate;

import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.PlannedFault;
import io.postern.lab.sim.PtyBus;
import io.postern.lab.sim.modbus.SocketPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** The instruments that one technician learns with, on one line or port. */
interface Simulation {
    /** What is there, an instrument to a line. */
    List<String> instruments();

    void attach(PtyBus wire, CharacterFormat format);

    /** @throws IllegalArgumentException when these instruments have no port on a network */
    SocketPort listen(InetSocketAddress address) throws IOException;

    /** What can be wrong, for the technician. */
    String faultKinds();

    /** @throws IllegalArgumentException when these instruments cannot be wrong in this way */
    void add(PlannedFault fault);

    /** Takes a fault away that was added so. */
    boolean remove(PlannedFault fault);

    List<PlannedFault> faults();
}
