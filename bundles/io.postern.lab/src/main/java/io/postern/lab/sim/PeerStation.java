// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import io.postern.sensor.Measurement;
import io.postern.sensor.framed.FramedMapping;
import io.postern.sensor.framed.FramedPeer;
import io.postern.sensor.mbus.MbusMapping;
import io.postern.sensor.mbus.MbusPeer;
import io.postern.sensor.mbus.MeterId;
import io.postern.wire.Bytes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.function.LongFunction;

/** An instrument of a framed or an M-Bus template at an end of a wire: answers after a while, or talks by itself. */
public final class PeerStation implements Station {
    /** What the instrument does with octets; the values are those of the moment. */
    private interface Peer {
        List<Bytes> hear(byte octet, Map<String, Measurement> values);

        List<Bytes> talk(Map<String, Measurement> values);
    }

    private final Peer peer;
    private final Duration turnaround;
    private final Duration every;
    private final LongFunction<Map<String, Measurement>> values;
    private final Queue<Speech> planned = new ArrayDeque<>();
    private OptionalLong nextTalk;

    private PeerStation(
            Peer peer,
            Duration turnaround,
            OptionalLong firstTalk,
            Duration every,
            LongFunction<Map<String, Measurement>> values) {
        this.peer = peer;
        this.turnaround = turnaround;
        this.nextTalk = firstTalk;
        this.every = every;
        this.values = values;
    }

    /**
     * @param address as the leaf's configuration says it
     * @param begin when it begins to talk, if it talks by itself
     * @param values by field, as they are at a moment of the wire's clock
     */
    public static PeerStation framed(
            FramedMapping mapping,
            String address,
            Duration turnaround,
            long begin,
            LongFunction<Map<String, Measurement>> values) {
        var framed = new FramedPeer(mapping, address);
        Optional<Duration> every = mapping.kinds().values().stream()
                .filter(kind -> kind.ask().isEmpty())
                .map(kind -> kind.every())
                .min(Duration::compareTo);
        Peer peer = new Peer() {
            @Override
            public List<Bytes> hear(byte octet, Map<String, Measurement> now) {
                return framed.hear(new byte[] {octet}, 1, now).answers();
            }

            @Override
            public List<Bytes> talk(Map<String, Measurement> now) {
                return framed.talk(now);
            }
        };
        OptionalLong first = every.isPresent() ? OptionalLong.of(begin) : OptionalLong.empty();
        return new PeerStation(peer, turnaround, first, every.orElse(Duration.ofDays(1)), values);
    }

    /** @param meter empty for the meter of the template's sample */
    public static PeerStation mbus(
            MbusMapping mapping,
            int address,
            Optional<MeterId> meter,
            Duration turnaround,
            LongFunction<Map<String, Measurement>> values) {
        var metering = new MbusPeer(mapping, address, meter);
        Peer peer = new Peer() {
            @Override
            public List<Bytes> hear(byte octet, Map<String, Measurement> now) {
                return metering.hear(new byte[] {octet}, 1, now);
            }

            @Override
            public List<Bytes> talk(Map<String, Measurement> now) {
                return List.of();
            }
        };
        return new PeerStation(peer, turnaround, OptionalLong.empty(), Duration.ofDays(1), values);
    }

    @Override
    public void heard(byte octet, long at) {
        for (Bytes answer : peer.hear(octet, values.apply(at))) {
            planned.add(new Speech(at + turnaround.toNanos(), answer.toArray()));
        }
    }

    @Override
    public Optional<Speech> speak(long now) {
        if (nextTalk.isPresent() && nextTalk.getAsLong() - now <= 0) {
            long at = nextTalk.getAsLong();
            nextTalk = OptionalLong.of(at + every.toNanos());
            for (Bytes frame : peer.talk(values.apply(at))) {
                planned.add(new Speech(at, frame.toArray()));
            }
        }
        Speech next = planned.peek();
        if (next == null || next.at() - now > 0) {
            return Optional.empty();
        }
        return Optional.of(planned.remove());
    }

    @Override
    public OptionalLong due() {
        Speech next = planned.peek();
        if (next == null) {
            return nextTalk;
        }
        return nextTalk.isPresent() && nextTalk.getAsLong() - next.at() < 0 ? nextTalk : OptionalLong.of(next.at());
    }
}
