// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import io.postern.lab.sim.Fault;
import io.postern.lab.sim.FaultyFrames;
import io.postern.lab.sim.Station.Speech;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.RequestParser.Heard;
import io.postern.wire.Bytes;
import java.util.List;
import java.util.random.RandomGenerator;

/** Turns an answer into what a faulty instrument makes of it. */
final class Misspeech {
    private final FaultyFrames frames;

    Misspeech(RandomGenerator random) {
        this.frames = new FaultyFrames(random);
    }

    /** What goes on the wire for {@code pdu}, which would be right, from {@code begin} on. */
    List<Speech> speak(long begin, Framing framing, Heard request, Bytes pdu, List<Fault> faults) {
        int unit = request.unit();
        Bytes said = pdu;
        for (Fault fault : faults) {
            switch (fault) {
                case Fault.WrongUnit() -> unit = unit % 247 + 1;
                case Fault.OverLong() -> said = longer(said);
                default -> {}
            }
        }
        return frames.speak(
                begin, framing.frame(unit, request.number(), said), faults, frame -> spoiled(frame, framing));
    }

    /** Two registers more behind an answer that carries registers or bits. */
    private static Bytes longer(Bytes pdu) {
        boolean carries = pdu.at(0) <= 4 || pdu.at(0) == 23;
        return carries && pdu.at(1) <= 246
                ? Bytes.concat(
                        Bytes.of((byte) pdu.at(0), (byte) (pdu.at(1) + 4)),
                        pdu.slice(2, pdu.length()),
                        Bytes.of((byte) 1, (byte) 2, (byte) 3, (byte) 4))
                : Bytes.concat(pdu, Bytes.of((byte) 1, (byte) 2, (byte) 3, (byte) 4));
    }

    /** A TCP frame has no check sum; there the protocol is wrong. */
    private static Bytes spoiled(Bytes frame, Framing framing) {
        byte[] octets = frame.toArray();
        int at =
                switch (framing) {
                    case RTU -> octets.length - 1;
                    case ASCII -> octets.length - 3;
                    case TCP -> 3;
                };
        octets[at] ^= 1;
        return Bytes.of(octets);
    }
}
