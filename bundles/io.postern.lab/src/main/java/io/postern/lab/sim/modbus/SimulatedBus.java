// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.Fault;
import io.postern.lab.sim.PlannedFault;
import io.postern.lab.sim.Station;
import io.postern.lab.sim.Station.Speech;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.RequestParser.Heard;
import io.postern.wire.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Instruments at their addresses, and what is wrong with them. Joined to a serial wire by {@link #station}, to a socket by
 * {@link SocketPort}; time comes with what is heard, so that a wire that is simulated itself will do. Safe for threads.
 */
public final class SimulatedBus {
    /**
     * A question and what became of it.
     *
     * @param at when it was heard, on the monotonic clock
     * @param instrument who answers, with what it shows at that moment
     * @param answered what the instrument says, before faults; empty when it says nothing
     */
    public record Exchange(
            long at,
            int unit,
            SimulatedInstrument instrument,
            Bytes request,
            Optional<Bytes> answered,
            List<Fault> faults) {}

    private static final int MOST_FAULTS = 10_000; // a day of one every nine seconds

    private final long origin;
    private final RandomGenerator random;
    private final SortedMap<Integer, SimulatedInstrument> instruments = new TreeMap<>();
    private final Map<Integer, SimulatedInstrument> others = new HashMap<>();
    private final List<PlannedFault> faults = new ArrayList<>();
    private final Misspeech misspeech;
    private Duration turnaround = Duration.ofMillis(5);
    private double speed = 1;
    private Consumer<Exchange> witness = _ -> {};

    /**
     * @param origin when the instruments begin, on the monotonic clock of whoever carries the octets
     * @param random for garbage and noise
     */
    public SimulatedBus(long origin, RandomGenerator random) {
        this.origin = origin;
        this.random = random;
        this.misspeech = new Misspeech(random);
    }

    /** Puts an instrument of {@code type} at an address, in the place of the one that was there. */
    public synchronized SimulatedBus put(int unit, SimulatedInstrument.Type type) {
        if (unit < 1 || unit > 247) {
            throw new IllegalArgumentException("Modbus units are 1 to 247, not " + unit);
        }
        instruments.put(unit, type.make(unit));
        others.remove(unit);
        return this;
    }

    /** How long instruments whose type does not say it take from the last octet of a question to the first of the answer. */
    public synchronized SimulatedBus turnaround(Duration time) {
        turnaround = time;
        return this;
    }

    /** Lets values move so many times as fast; faults and the wire keep their time. */
    public synchronized SimulatedBus speed(double times) {
        if (!(times > 0 && times <= 1_000_000)) {
            throw new IllegalArgumentException("values move up to a million times as fast, not " + times);
        }
        speed = times;
        return this;
    }

    /** Whom to tell of each question, before the answer is sent; called by the thread that carries the octets. */
    public synchronized SimulatedBus witness(Consumer<Exchange> told) {
        witness = told;
        return this;
    }

    public synchronized void add(PlannedFault fault) {
        if (faults.size() == MOST_FAULTS) {
            throw new IllegalStateException("a bus has at most " + MOST_FAULTS + " faults");
        }
        faults.add(fault);
    }

    /** Takes a fault away that was added so. */
    public synchronized boolean remove(PlannedFault fault) {
        return faults.remove(fault);
    }

    public synchronized List<PlannedFault> faults() {
        return List.copyOf(faults);
    }

    /** Changes an instrument while the bus runs. */
    public synchronized void change(int unit, Consumer<SimulatedInstrument> change) {
        SimulatedInstrument instrument = instruments.get(unit);
        if (instrument == null) {
            throw new IllegalArgumentException("there is no unit " + unit);
        }
        change.accept(instrument);
    }

    /** The instruments as one end of a wire that is set to {@code format}. */
    public Station station(Framing framing, CharacterFormat format) {
        return new BusStation(this, framing, format, random);
    }

    /** What is said to a question that was complete at {@code at}: nothing, an answer, or worse. */
    synchronized List<Speech> answer(Heard request, Framing framing, long at) {
        Duration elapsed = Duration.ofNanos(at - origin);
        if (request.unit() == 0 && framing != Framing.TCP) {
            // spec: Modbus over serial line 1.02, 2.1: nobody answers a broadcast
            instruments.values().forEach(each -> each.answer(request.pdu(), curveTime(elapsed)));
            return List.of();
        }
        int unit = addressed(request.unit(), framing);
        SimulatedInstrument instrument = instruments.get(unit);
        if (instrument == null) {
            return List.of();
        }
        List<Fault> active = active(unit, elapsed);
        if (active.stream().anyMatch(Fault.Swapped.class::isInstance)) {
            instrument = other(unit);
        }
        boolean mute = active.stream().anyMatch(Fault.Mute.class::isInstance);
        Optional<Bytes> says = mute ? Optional.empty() : Optional.of(said(instrument, request.pdu(), active, elapsed));
        witness.accept(new Exchange(at, unit, instrument, request.pdu(), says, active));
        if (says.isEmpty()) {
            return List.of();
        }
        Duration own = instrument.turnaround();
        long begin = at + (own.isZero() ? turnaround : own).toNanos();
        List<Speech> speeches = new ArrayList<>(misspeech.speak(begin, framing, request, says.get(), active));
        if (active.stream().anyMatch(Fault.Duplicate.class::isInstance)) {
            Bytes twin = said(other(unit), request.pdu(), active, elapsed);
            long later = begin + random.nextLong(2_000_000); // no two instruments are equally fast
            speeches.addAll(misspeech.speak(later, framing, request, twin, active));
        }
        return speeches;
    }

    /** Whether the line itself has such a fault, the first of it. */
    synchronized <T extends Fault> Optional<T> lineFault(Class<T> kind, long at) {
        Duration elapsed = Duration.ofNanos(at - origin);
        return faults.stream()
                .filter(fault -> fault.isActive(elapsed))
                .map(PlannedFault::fault)
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst();
    }

    /** spec: Modbus messaging on TCP/IP 1.0b, 4.4.2.1: 255, or 0, is the device at the address itself. */
    private int addressed(int unit, Framing framing) {
        boolean itself = framing == Framing.TCP && (unit == 0 || unit == 255);
        return itself && instruments.size() == 1 ? instruments.firstKey() : unit;
    }

    private List<Fault> active(int unit, Duration elapsed) {
        return faults.stream()
                .filter(fault -> fault.concerns(unit) && fault.isActive(elapsed))
                .map(PlannedFault::fault)
                .toList();
    }

    private SimulatedInstrument other(int unit) {
        return others.computeIfAbsent(unit, _ -> java.util.Objects.requireNonNull(instruments.get(unit))
                .other());
    }

    private Duration curveTime(Duration elapsed) {
        return Duration.ofNanos((long) (elapsed.toNanos() * speed));
    }

    private Bytes said(SimulatedInstrument instrument, Bytes pdu, List<Fault> active, Duration elapsed) {
        for (Fault fault : active) {
            if (fault instanceof Fault.Refuses(int code)) {
                return ModbusServer.refusal(pdu.at(0), code);
            }
            if (fault instanceof Fault.ShortMap && instrument.isBeyondHalf(pdu)) {
                return ModbusServer.refusal(pdu.at(0), ModbusServer.ILLEGAL_ADDRESS);
            }
        }
        return instrument.answer(pdu, curveTime(elapsed));
    }
}
