// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import io.postern.sensor.modbus.Answer;
import io.postern.sensor.modbus.AnswerParser;
import io.postern.sensor.modbus.AnswerParser.State;
import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.Request;
import io.postern.sensor.modbus.RequestParser;
import io.postern.sensor.modbus.RequestParser.Heard;
import io.postern.sensor.modbus.Space;
import io.postern.sensor.modbus.Span;
import io.postern.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What comes from a line on which Modbus is spoken, and what goes there. */
final class FuzzedModbus {
    private static final int UNIT = 1;
    private static final int NUMBER = 1;
    private static final List<Request> REQUESTS = List.of(
            new Request.Read(new Span(Space.COIL, 0, 9)),
            new Request.Read(new Span(Space.HOLDING, 0, 2)),
            new Request.WriteOne(Block.zero(new Span(Space.HOLDING, 0, 1))),
            new Request.WriteMany(Block.zero(new Span(Space.HOLDING, 0, 2))),
            new Request.ReadWrite(new Span(Space.HOLDING, 0, 1), Block.zero(new Span(Space.HOLDING, 0, 1))),
            new Request.Identify(1, 0));

    private FuzzedModbus() {}

    /** A request is none, or the same when it is written and read again. */
    static void request(byte[] octets) {
        Bytes pdu = Bytes.of(octets);
        Request.decode(pdu).ifPresent(request -> Promise.same(pdu, request.encode()));
    }

    /**
     * The first octet chooses framing and request, the second the size of the chunks. However it is cut the answer is the
     * same, and it is one that a unit says in the octets that came.
     */
    static void answer(byte[] octets) {
        if (octets.length < 2) {
            return;
        }
        int choice = octets[0] & 0xFF;
        Framing framing = Framing.values()[choice % Framing.values().length];
        Request request = REQUESTS.get(choice / Framing.values().length % REQUESTS.size());
        Bytes heard = Bytes.of(octets).slice(2, octets.length);
        Optional<Answer> whole = found(framing, request, heard, Math.max(1, heard.length()));
        Optional<Answer> inChunks = found(framing, request, heard, 1 + (octets[1] & 0xFF));
        whole.ifPresent(answer -> checkSaid(framing, request, heard, answer));
        inChunks.ifPresent(answer -> checkSaid(framing, request, heard, answer));
        if (inChunks.isPresent() && whole.isEmpty()) {
            throw new AssertionError("found in chunks only: " + inChunks.get());
        }
    }

    /**
     * The first octet chooses the framing, the second after how many octets the line is silent. What is found is the same
     * when it is framed and heard again.
     */
    static void question(byte[] octets) {
        if (octets.length < 2) {
            return;
        }
        Framing framing = Framing.values()[(octets[0] & 0xFF) % Framing.values().length];
        int pause = 1 + (octets[1] & 0xFF);
        RequestParser parser = framing.requests();
        List<Heard> heard = new ArrayList<>();
        for (int at = 2; at < octets.length; at++) {
            heard.addAll(parser.accept(octets[at]));
            if ((at - 1) % pause == 0) {
                heard.addAll(parser.silence());
            }
        }
        heard.addAll(parser.silence());
        for (Heard each : heard) {
            Bytes frame = framing.frame(each.unit(), each.number(), each.pdu());
            Promise.same(List.of(each), heardOf(framing, frame));
            if (!Bytes.of(octets).toString().contains(frame.toString())) {
                throw new AssertionError(each + " was never said");
            }
        }
    }

    private static List<Heard> heardOf(Framing framing, Bytes frame) {
        RequestParser parser = framing.requests();
        List<Heard> heard = new ArrayList<>();
        for (byte octet : frame.toArray()) {
            heard.addAll(parser.accept(octet));
        }
        heard.addAll(parser.silence());
        return heard;
    }

    private static Optional<Answer> found(Framing framing, Request request, Bytes heard, int chunk) {
        AnswerParser parser = framing.parser(UNIT, NUMBER, request, Bytes.EMPTY);
        for (int at = 0; at < heard.length(); at += chunk) {
            Bytes part = heard.slice(at, Math.min(heard.length(), at + chunk));
            State state = parser.accept(part.toArray(), part.length());
            if (state instanceof State.Answered(Answer answer)) {
                return Optional.of(answer);
            }
            if (state instanceof State.Overrun) {
                return Optional.empty();
            }
        }
        return parser.end() instanceof State.Answered(Answer answer) ? Optional.of(answer) : Optional.empty();
    }

    private static void checkSaid(Framing framing, Request request, Bytes heard, Answer answer) {
        Bytes pdu = answer.encode(request);
        if (request.answer(pdu).filter(answer::equals).isEmpty()) {
            throw new AssertionError("not read again as it was: " + answer);
        }
        boolean exact = !(answer instanceof Answer.Identification); // flags and repeated objects may be said otherwise
        if (exact && framing != Framing.ASCII && !heard.toString().contains(pdu.toString())) {
            throw new AssertionError(answer + " was never said in " + heard);
        }
    }
}
