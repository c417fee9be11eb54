// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.Fault;
import io.postern.lab.sim.Station;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.RequestParser;
import io.postern.sensor.modbus.RequestParser.Heard;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/**
 * All instruments of a bus as they are heard at one end of a wire. When two speak at once, what is heard is neither: of
 * each pair of bits the dominant one, zero.
 */
final class BusStation implements Station {
    private static final int MOST_PENDING = 1024; // answers that came late, octet by octet
    private static final int MOST_QUESTIONS =
            2; // one in work, one in the receiver's buffer; further ones are not heard
    private static final long TOLERANCE = 10_000_000; // a busy machine may hold up a client between two octets
    private static final long NEVER = Long.MAX_VALUE;

    private final SimulatedBus bus;
    private final Framing framing;
    private final long character;
    private final long silence;
    private final RandomGenerator random;
    private final RequestParser parser;
    private final PriorityQueue<Speech> pending = new PriorityQueue<>(Comparator.comparingLong(Speech::at));
    private final Map<Integer, Deque<Long>> busyUntil = new HashMap<>(); // by unit, at most 256
    private boolean hearing;
    private long silentAt;
    private long noiseAt = NEVER;

    BusStation(SimulatedBus bus, Framing framing, CharacterFormat format, RandomGenerator random) {
        this.bus = bus;
        this.framing = framing;
        this.character = format.characterNanos();
        this.silence = format.silence().toNanos() + TOLERANCE;
        this.random = random;
        this.parser = framing.requests();
    }

    @Override
    public void heard(byte octet, long at) {
        endFrame(at);
        if (bus.lineFault(Fault.Echo.class, at).isPresent()) {
            plan(List.of(Speech.of(at, octet)));
        }
        answer(parser.accept(octet), at);
        hearing = true;
        silentAt = at + silence;
    }

    @Override
    public Optional<Speech> speak(long now) {
        endFrame(now);
        makeNoise(now);
        if (pending.isEmpty() || pending.peek().at() - now > 0) {
            return Optional.empty();
        }
        Speech speech = pending.remove();
        while (!pending.isEmpty() && pending.peek().at() - speech.at() < character * speech.octets().length) {
            speech = together(speech, pending.remove());
        }
        return Optional.of(speech);
    }

    @Override
    public OptionalLong due() {
        long due = Math.min(noiseAt, pending.isEmpty() ? NEVER : pending.peek().at());
        if (hearing) {
            due = Math.min(due, silentAt);
        }
        return due == NEVER ? OptionalLong.empty() : OptionalLong.of(due);
    }

    /** Runs what a silence does when one has been by {@code now}. */
    private void endFrame(long now) {
        if (hearing && now - silentAt >= 0) {
            hearing = false;
            answer(parser.silence(), silentAt);
        }
    }

    private void answer(List<Heard> requests, long at) {
        for (Heard request : requests) {
            Deque<Long> busy = busyUntil.computeIfAbsent(request.unit(), _ -> new ArrayDeque<>());
            while (!busy.isEmpty() && busy.getFirst() - at <= 0) {
                busy.removeFirst();
            }
            if (busy.size() < MOST_QUESTIONS) {
                List<Speech> said = bus.answer(request, framing, busy.isEmpty() ? at : busy.getLast());
                said.stream()
                        .mapToLong(each -> each.at() + each.octets().length * character)
                        .max()
                        .ifPresent(busy::add);
                plan(said);
            }
        }
    }

    private void plan(List<Speech> speeches) {
        for (Speech speech : speeches) {
            if (pending.size() < MOST_PENDING) {
                pending.add(speech);
            }
        }
    }

    private void makeNoise(long now) {
        Optional<Fault.Noise> noise = bus.lineFault(Fault.Noise.class, now);
        if (noise.isEmpty()) {
            noiseAt = NEVER;
            return;
        }
        long every = noise.get().every().toNanos();
        if (noiseAt == NEVER) {
            noiseAt = now + every;
        } else if (now - noiseAt >= 0) {
            var octets = new byte[random.nextInt(1, 9)];
            random.nextBytes(octets);
            plan(List.of(new Speech(now, octets)));
            noiseAt = now + every / 2 + random.nextLong(every);
        }
    }

    private Speech together(Speech first, Speech second) {
        int offset = (int) ((second.at() - first.at()) / character);
        byte[] all = Arrays.copyOf(first.octets(), Math.max(first.octets().length, offset + second.octets().length));
        for (int i = 0; i < second.octets().length; i++) {
            boolean alone = offset + i >= first.octets().length;
            all[offset + i] = alone ? second.octets()[i] : (byte) (all[offset + i] & second.octets()[i]);
        }
        return new Speech(first.at(), all);
    }

    @Override
    public String toString() {
        return "simulated instruments";
    }
}
