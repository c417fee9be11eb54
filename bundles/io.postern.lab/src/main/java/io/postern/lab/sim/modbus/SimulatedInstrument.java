// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import io.postern.sensor.modbus.Space;
import io.postern.sensor.modbus.Span;
import io.postern.wire.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * One instrument: what it shows, who it says it is, and what it does when it is written to. It has no address; that is
 * given to it on a {@link SimulatedBus}, which also guards it.
 */
public final class SimulatedInstrument {
    /** Makes instruments of one type, each with a number that decides about its serial number and its values. */
    @FunctionalInterface
    public interface Type {
        SimulatedInstrument make(int individual);

        /** How long instruments of this type take to begin an answer; zero when that is the bus's affair. */
        default Duration turnaround() {
            return Duration.ZERO;
        }
    }

    /** What the instrument does by itself. */
    public interface Behaviour {
        /** Puts into the image what the instrument shows {@code elapsed} after the beginning. */
        void refresh(RegisterImage image, Duration elapsed);

        /** A client has written. */
        void written(RegisterImage image, Span span);

        /** Whether a client may write there. */
        boolean mayWrite(Space space, int address);
    }

    /** Shows what is in the image, and takes everything that is written. */
    private static final Behaviour STEADY = new Behaviour() {
        @Override
        public void refresh(RegisterImage image, Duration elapsed) {}

        @Override
        public void written(RegisterImage image, Span span) {}

        @Override
        public boolean mayWrite(Space space, int address) {
            return true;
        }
    };

    private static final List<Space> SPACES = List.of(Space.COIL, Space.DISCRETE, Space.HOLDING, Space.INPUT);
    private static final int OTHER = 1000; // beyond the numbers that units of a bus have

    private final Type type;
    private final int individual;
    private final RegisterImage image;
    private final Behaviour behaviour;
    private final ModbusServer server;

    /** @param identity the objects of the device identification by their id; empty when it has none */
    public SimulatedInstrument(
            Type type, int individual, RegisterImage image, SortedMap<Integer, String> identity, Behaviour behaviour) {
        this.type = type;
        this.individual = individual;
        this.image = image;
        this.behaviour = behaviour;
        this.server = new ModbusServer(
                image,
                identity,
                Map.of(
                        Space.COIL, address -> behaviour.mayWrite(Space.COIL, address),
                        Space.HOLDING, address -> behaviour.mayWrite(Space.HOLDING, address)),
                span -> behaviour.written(image, span));
    }

    /** Instruments that show what {@code image} gives for the number of the individual, and take all that is written. */
    public static Type showing(IntFunction<RegisterImage> image) {
        return new Type() {
            @Override
            public SimulatedInstrument make(int individual) {
                return new SimulatedInstrument(this, individual, image.apply(individual), new TreeMap<>(), STEADY);
            }
        };
    }

    /** Which of its type it is. */
    public int individual() {
        return individual;
    }

    /** What it shows now; to be changed while its bus does not run, or by {@link SimulatedBus#change}. */
    public RegisterImage image() {
        return image;
    }

    /** Another of its type. */
    SimulatedInstrument other() {
        return type.make(individual + OTHER);
    }

    /** Whether a request that reads reaches into the upper half of what there is. */
    boolean isBeyondHalf(Bytes pdu) {
        return pdu.length() == 5
                && pdu.at(0) >= 1
                && pdu.at(0) <= SPACES.size()
                && image.reachesBeyondHalf(
                        SPACES.get(pdu.at(0) - 1), (pdu.at(1) << 8 | pdu.at(2)) + (pdu.at(3) << 8 | pdu.at(4)));
    }

    Duration turnaround() {
        return type.turnaround();
    }

    Bytes answer(Bytes pdu, Duration elapsed) {
        behaviour.refresh(image, elapsed);
        return server.answer(pdu);
    }
}
