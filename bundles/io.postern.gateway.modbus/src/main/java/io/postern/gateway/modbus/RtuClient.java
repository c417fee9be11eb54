// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.modbus.ModbusException.Fault;
import io.postern.gateway.modbus.ResponseParser.State;
import io.postern.gateway.spi.Line;
import io.postern.sensor.modbus.Crc16;
import io.postern.sensor.modbus.ExceptionCode;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks one unit on a line. Used by the line's thread alone.
 *
 * <p>RTU answers carry no number: an answer that comes too late looks like the answer to the next request. Therefore,
 * after an answer went missing, the line is kept quiet for as long again, and the next request to this unit is preceded by
 * one whose answer has another length. A unit answers in order, so when that one is answered nothing older is on its way.
 */
final class RtuClient {
    // spec: Modbus over serial line 1.02, 2.5.1.1 allows 1.5 characters inside a frame; USB adapters hand over what
    // they
    // have every 16 ms and a loaded machine is slower still
    private static final Duration LONGEST_GAP = Duration.ofMillis(100);

    private final int unit;
    private final Duration timeout;
    private final boolean echo;
    private Optional<ReadRequest> owed = Optional.empty();

    /**
     * @param timeout how long the unit may take to begin its answer
     * @param echo whether the line says back what is sent
     */
    RtuClient(int unit, Duration timeout, boolean echo) {
        this.unit = unit;
        this.timeout = timeout;
        this.echo = echo;
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @throws ModbusException when there is no usable answer
     */
    Frame read(Line.Channel channel, ReadRequest request) throws IOException, InterruptedException {
        if (owed.isPresent()) {
            settle(channel, owed.get().withAnotherLength());
        }
        return exchange(channel, request);
    }

    private void settle(Line.Channel channel, ReadRequest probe) throws IOException, InterruptedException {
        try {
            exchange(channel, probe);
        } catch (ModbusException e) {
            if (!(e.fault() instanceof Fault.Refused)) { // to refuse is to answer
                throw e;
            }
        }
        owed = Optional.empty();
    }

    private Frame exchange(Line.Channel channel, ReadRequest request) throws IOException, InterruptedException {
        Bytes frame = frame(request);
        channel.write(frame.toArray());
        Duration leaving = channel.timing().octets(frame.length());
        State state = listen(channel, new ResponseParser(unit, request, echo ? frame : Bytes.EMPTY), leaving);
        return switch (state) {
            case State.Answered(Frame answer) -> answer;
            case State.Refused(ExceptionCode code) -> throw new ModbusException(unit, request, new Fault.Refused(code));
            case State.Spoiled(String why) -> throw missed(request, garbled(why)); // it has come, no quiet
            case State.Accumulating(int have, int want) ->
                throw late(channel, request, garbled("the answer broke off after " + have + " of " + want + " octets"));
            case State.Foreign(String what) -> throw late(channel, request, garbled(what));
            case State.Overrun(int most) ->
                throw late(channel, request, garbled("more than " + most + " octets of noise"));
            case State.Listening _ -> throw late(channel, request, new Fault.Mute());
        };
    }

    private static Fault garbled(String what) {
        return new Fault.Garbled(what);
    }

    /** Hears until the answer is there or there is no more hope for it. */
    private State listen(Line.Channel channel, ResponseParser parser, Duration leaving)
            throws IOException, InterruptedException {
        var buffer = new byte[256];
        long deadline = System.nanoTime() + leaving.plus(timeout).toNanos();
        Duration patience = leaving.plus(timeout);
        while (true) {
            int got = channel.read(buffer, 0, patience);
            if (got == 0) {
                return parser.end();
            }
            State state = parser.accept(buffer, got);
            switch (state) {
                case State.Answered _, State.Refused _, State.Overrun _ -> {
                    return state;
                }
                case State.Accumulating _, State.Spoiled _ -> patience = LONGEST_GAP;
                case State.Listening _, State.Foreign _ ->
                    patience = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            }
        }
    }

    private ModbusException late(Line.Channel channel, ReadRequest request, Fault fault)
            throws IOException, InterruptedException {
        ModbusException missed = missed(request, fault);
        channel.quiet(timeout);
        return missed;
    }

    private ModbusException missed(ReadRequest request, Fault fault) {
        if (owed.isEmpty()) { // a probe that is missed changes nothing: the next one must differ from the first too
            owed = Optional.of(request);
        }
        return new ModbusException(unit, request, fault);
    }

    /** Unit, request, check sum with its low octet first. */
    private Bytes frame(ReadRequest request) {
        Bytes body = Bytes.concat(Bytes.of((byte) unit), request.encode());
        int crc = Crc16.of(body.toArray(), 0, body.length());
        return Bytes.concat(body, Bytes.of((byte) crc, (byte) (crc >> 8)));
    }
}
