// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.Line.Event;
import io.postern.sensor.modbus.Answer;
import io.postern.sensor.modbus.AnswerParser;
import io.postern.sensor.modbus.AnswerParser.State;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.Request;
import io.postern.sensor.modbus.Space;
import io.postern.sensor.modbus.Span;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Asks one unit on a line. Used by the line's thread alone.
 *
 * <p>RTU and ASCII answers carry no number: an answer that comes too late looks like the answer to the next request.
 * Therefore, after an answer went missing, the line is kept quiet for as long again, and the next request to this unit is
 * preceded by one whose answer looks different. A unit answers in order, so when that one is answered nothing older is on
 * its way. On TCP the number tells them apart.
 */
final class UnitClient {
    // spec: Modbus over serial line 1.02, 2.5.1.1 allows 1.5 characters inside a frame; USB adapters hand over what
    // they have every 16 ms and a loaded machine is slower still
    private static final Duration LONGEST_GAP = Duration.ofMillis(100);
    private static final int NUMBERS = 0x1_0000;
    private static final int REMEMBERED = 15; // turnarounds: their median bears seven odd ones

    private final UnitAddress address;
    private final Duration timeout;
    private final LongSupplier nanoTime;
    private final Deque<Duration> turnarounds = new ArrayDeque<>();
    private Optional<Request> owed = Optional.empty();
    private int number;

    /** @param timeout how long the unit may take to begin its answer */
    UnitClient(UnitAddress address, Duration timeout, LongSupplier nanoTime) {
        this.address = address;
        this.timeout = timeout;
        this.nanoTime = nanoTime;
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @throws RefusedException when the unit answered that it refuses
     * @throws ModbusException when there is no usable answer
     */
    Answer ask(Line.Channel channel, Request request) throws IOException, InterruptedException {
        if (owed.isPresent()) {
            settle(channel, different(owed.get()));
        }
        return exchange(channel, request);
    }

    /** From the last character of a question to the first of its answer, the median of the last few. */
    Optional<Duration> turnaround() {
        List<Duration> sorted = turnarounds.stream().sorted().toList();
        return sorted.isEmpty() ? Optional.empty() : Optional.of(sorted.get(sorted.size() / 2));
    }

    /** A harmless request whose answer cannot be taken for that of {@code missed}. */
    private static Request.Read different(Request missed) {
        return switch (missed) {
            case Request.Read read -> read.withAnotherLength();
            case Request.WriteOne(var block) -> one(block.span());
            case Request.WriteMany(var block) -> one(block.span());
            case Request.ReadWrite(Span read, var _) -> one(read);
            case Request.Identify _ -> one(new Span(Space.HOLDING, 0, 1));
        };
    }

    private static Request.Read one(Span span) {
        return new Request.Read(new Span(span.space(), span.address(), 1));
    }

    private void settle(Line.Channel channel, Request probe) throws IOException, InterruptedException {
        try {
            exchange(channel, probe);
        } catch (RefusedException e) {
            // to refuse is to answer
        }
        owed = Optional.empty();
    }

    private Answer exchange(Line.Channel channel, Request request) throws IOException, InterruptedException {
        number = (number + 1) % NUMBERS;
        Bytes frame = address.framing().frame(address.unit(), number, request.encode());
        AnswerParser parser =
                address.framing().parser(address.unit(), number, request, address.echo() ? frame : Bytes.EMPTY);
        channel.write(frame.toArray());
        return switch (listen(channel, parser, channel.timing().octets(frame.length()))) {
            case State.Answered(Answer answer) -> answered(channel, request, answer);
            case State.Spoiled(String why) ->
                throw missed(channel, request, Event.GARBLED, why); // it has come, no quiet
            case State.Accumulating(int have, int want) ->
                throw late(
                        channel,
                        request,
                        Event.GARBLED,
                        "the answer broke off after " + have + " of " + want + " octets");
            case State.Foreign(String what) -> throw late(channel, request, Event.GARBLED, what);
            case State.Overrun(int most) ->
                throw late(channel, request, Event.GARBLED, "more than " + most + " octets of noise");
            case State.Listening _ ->
                throw late(
                        channel,
                        request,
                        Event.TIMEOUT,
                        "no answer; is it powered, is its address right, are the wires swapped?"
                                + framingDoubt(channel));
        };
    }

    private Answer answered(Line.Channel channel, Request request, Answer answer) throws RefusedException {
        if (answer instanceof Answer.Refused(var code)) {
            channel.note(Event.REFUSED);
            throw new RefusedException(address.unit(), request, code);
        }
        channel.note(Event.FRAME);
        return answer;
    }

    private String framingDoubt(Line.Channel channel) {
        boolean socket = channel.timing().characterTime().isZero();
        return socket && address.framing() != Framing.TCP ? " does it want framing:tcp?" : "";
    }

    /** Hears until the answer is there or there is no more hope for it. */
    private State listen(Line.Channel channel, AnswerParser parser, Duration leaving)
            throws IOException, InterruptedException {
        var buffer = new byte[256];
        long sent = nanoTime.getAsLong() + leaving.toNanos();
        long deadline = sent + timeout.toNanos();
        Duration patience = leaving.plus(timeout);
        boolean begun = false;
        while (true) {
            int got = channel.read(buffer, 0, patience);
            if (got == 0) {
                return parser.end();
            }
            State state = parser.accept(buffer, got);
            if (!begun && !(state instanceof State.Listening)) {
                begun = true;
                remember(Duration.ofNanos(Math.max(0, nanoTime.getAsLong() - sent)));
            }
            Duration left = Duration.ofNanos(Math.max(0, deadline - nanoTime.getAsLong()));
            switch (state) {
                case State.Answered _, State.Overrun _ -> {
                    return state;
                }
                case State.Accumulating(int have, int want) -> {
                    channel.expect(want - have);
                    patience = gap(left);
                }
                case State.Spoiled _ -> patience = gap(left);
                case State.Listening _, State.Foreign _ -> patience = left;
            }
        }
    }

    private Duration gap(Duration left) {
        return address.framing() == Framing.TCP && left.compareTo(LONGEST_GAP) > 0 ? left : LONGEST_GAP;
    }

    private void remember(Duration turnaround) {
        if (turnarounds.size() == REMEMBERED) {
            turnarounds.removeFirst();
        }
        turnarounds.addLast(turnaround);
    }

    private ModbusException late(Line.Channel channel, Request request, Event event, String what)
            throws IOException, InterruptedException {
        ModbusException missed = missed(channel, request, event, what);
        if (address.framing() != Framing.TCP) {
            channel.quiet(timeout);
        }
        return missed;
    }

    private ModbusException missed(Line.Channel channel, Request request, Event event, String what) {
        channel.note(event);
        // a probe that is missed changes nothing: the next one must differ from the first too
        if (owed.isEmpty() && address.framing() != Framing.TCP) {
            owed = Optional.of(request);
        }
        return new ModbusException(address.unit(), request, what);
    }
}
