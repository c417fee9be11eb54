// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import io.postern.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** Instruments of framed or M-Bus templates on one line, and what is wrong with them. Safe for threads. */
public final class PeerBus implements Station {
    /**
     * What was heard and what became of it.
     *
     * @param at on the clock of the wire
     * @param who the instrument's number, as it was put on the line, from 1; 0 when nobody has understood
     * @param heard since somebody spoke; empty when the instrument speaks by itself
     * @param said a frame as it is before faults; empty when nobody has understood or it cannot be said
     * @param trouble why it cannot be said
     */
    public record Exchange(
            long at, int who, Bytes heard, Optional<Bytes> said, Optional<String> trouble, List<Fault> faults) {}

    private record Place(PeerStation station, UnaryOperator<Bytes> spoiled, FaultyFrames frames) {}

    private static final int MOST_PLACES = 32; // unit loads of an RS-485 segment
    private static final int MOST_FAULTS = 1_000; // more than one types
    private static final int MOST_HEARD = 512; // longer than any question
    private static final int MOST_PENDING = 1_024; // frames that come late, or octet by octet

    private final long origin;
    private final long patience;
    private final RandomGenerator random;
    private final Consumer<Exchange> witness;
    private final List<Place> places = new ArrayList<>();
    private final List<PlannedFault> faults = new ArrayList<>();
    private final PriorityQueue<Speech> pending = new PriorityQueue<>(Comparator.comparingLong(Speech::at));
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private long lastAt;

    /**
     * @param origin when the simulation begins, on the clock of the wire
     * @param patience after so long without an answer a question counts as not understood
     * @param witness told of everything by the thread that carries the octets
     */
    public PeerBus(long origin, Duration patience, RandomGenerator random, Consumer<Exchange> witness) {
        this.origin = origin;
        this.patience = patience.toNanos();
        this.random = random;
        this.witness = witness;
    }

    /** @param spoiled gives a frame of this instrument a wrong check sum */
    public synchronized void put(PeerStation station, UnaryOperator<Bytes> spoiled) {
        if (places.size() == MOST_PLACES) {
            throw new IllegalArgumentException("a line has at most " + MOST_PLACES + " instruments");
        }
        places.add(new Place(station, spoiled, new FaultyFrames(random)));
    }

    public synchronized void add(PlannedFault fault) {
        if (faults.size() == MOST_FAULTS) {
            throw new IllegalStateException("a line has at most " + MOST_FAULTS + " faults");
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

    @Override
    public synchronized void heard(byte octet, long at) {
        giveUp(at);
        if (heard.size() < MOST_HEARD) {
            heard.write(octet);
        }
        lastAt = at;
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            orTrouble(i + 1, at, () -> {
                place.station().heard(octet, at);
                return Optional.empty();
            });
        }
    }

    @Override
    public synchronized Optional<Speech> speak(long now) {
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            int who = i + 1;
            for (Optional<Speech> speech =
                            orTrouble(who, now, () -> place.station().speak(now));
                    speech.isPresent();
                    speech = orTrouble(who, now, () -> place.station().speak(now))) {
                say(who, place, speech.get());
            }
        }
        giveUp(now);
        Speech next = pending.peek();
        return next == null || next.at() - now > 0 ? Optional.empty() : Optional.of(pending.remove());
    }

    private interface Deed {
        Optional<Speech> run();
    }

    /** A curve can lead to a value that does not fit its place in the frame; then the instrument says nothing. */
    private Optional<Speech> orTrouble(int who, long at, Deed deed) {
        try {
            return deed.run();
        } catch (IllegalArgumentException e) {
            witness.accept(new Exchange(
                    at, who, question(), Optional.empty(), Optional.of(String.valueOf(e.getMessage())), List.of()));
            return Optional.empty();
        }
    }

    private void say(int who, Place place, Speech speech) {
        Duration elapsed = Duration.ofNanos(speech.at() - origin);
        List<Fault> active = faults.stream()
                .filter(fault -> fault.concerns(who) && fault.isActive(elapsed))
                .map(PlannedFault::fault)
                .toList();
        Bytes frame = Bytes.of(speech.octets());
        witness.accept(new Exchange(speech.at(), who, question(), Optional.of(frame), Optional.empty(), active));
        if (active.stream().noneMatch(Fault.Mute.class::isInstance)) {
            place.frames().speak(speech.at(), frame, active, place.spoiled()).stream()
                    .limit(MOST_PENDING - pending.size())
                    .forEach(pending::add);
        }
    }

    private Bytes question() {
        Bytes question = Bytes.of(heard.toByteArray());
        heard.reset();
        return question;
    }

    private void giveUp(long now) {
        if (heard.size() > 0 && now - lastAt >= patience) {
            witness.accept(new Exchange(lastAt, 0, question(), Optional.empty(), Optional.empty(), List.of()));
        }
    }

    @Override
    public synchronized OptionalLong due() {
        long due = Long.MAX_VALUE;
        for (Place place : places) {
            due = Math.min(due, place.station().due().orElse(Long.MAX_VALUE));
        }
        if (!pending.isEmpty()) {
            due = Math.min(due, pending.element().at());
        }
        if (heard.size() > 0) {
            due = Math.min(due, lastAt + patience);
        }
        return due == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(due);
    }

    @Override
    public String toString() {
        return "simulated instruments";
    }
}
