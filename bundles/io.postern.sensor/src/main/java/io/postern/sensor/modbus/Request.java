// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.wire.Bytes;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** What a unit is asked, and what its answer must look like. spec: Modbus application protocol 1.1b3, 6. */
public sealed interface Request {
    /** Functions 1 to 4. */
    record Read(Span span) implements Request {
        public Read {
            atMost(span, span.space().mostAtOnce(), "reads");
        }

        /** The smallest request whose answer cannot be taken for this one's. */
        public Read withAnotherLength() {
            var one = new Span(span.space(), span.address(), 1);
            if (one.octets() != span.octets()) {
                return new Read(one);
            }
            int more = span.space().isBits() ? 9 : 2;
            return new Read(new Span(span.space(), Math.min(span.address(), 0x1_0000 - more), more));
        }

        @Override
        public String toString() {
            return "reading " + span;
        }
    }

    /** Function 5 or 6. */
    record WriteOne(Block block) implements Request {
        public WriteOne {
            writable(block.span());
            atMost(block.span(), 1, "writes");
        }

        @Override
        public String toString() {
            return "writing " + block.span();
        }
    }

    /** Function 15 or 16. */
    record WriteMany(Block block) implements Request {
        public WriteMany {
            writable(block.span());
            atMost(block.span(), block.span().space().isBits() ? 1_968 : 123, "writes");
        }

        @Override
        public String toString() {
            return "writing " + block.span();
        }
    }

    /** Function 23: holding registers are written, then others read. */
    record ReadWrite(Span read, Block written) implements Request {
        public ReadWrite {
            if (read.space() != Space.HOLDING || written.span().space() != Space.HOLDING) {
                throw new IllegalArgumentException("function 23 reads and writes holding registers");
            }
            atMost(read, 125, "reads");
            atMost(written.span(), 121, "writes");
        }

        @Override
        public String toString() {
            return "writing " + written.span() + " and reading " + read;
        }
    }

    /**
     * Function 43/14.
     *
     * @param category 1 basic, 2 regular, 3 extended
     * @param object the first that is wanted
     */
    record Identify(int category, int object) implements Request {
        public Identify {
            if (category < 1 || category > 3 || object < 0 || object > 0xFF) {
                throw new IllegalArgumentException("categories are 1 to 3 and objects 0 to 255");
            }
        }

        @Override
        public String toString() {
            return "asking for the device identification from object " + object;
        }
    }

    int HEAD = 5; // function, address, count or value
    int EXCEPTION = 0x80;
    int DEVICE_IDENTIFICATION = 14;
    /** An answer that begins so is none of this request. */
    int NEVER = -1;

    private static void atMost(Span span, int most, String does) {
        if (span.count() > most) {
            throw new IllegalArgumentException(
                    "a request " + does + " 1 to " + most + " of " + span.space() + ", not " + span.count());
        }
    }

    private static void writable(Span span) {
        if (!span.space().isWritable()) {
            throw new IllegalArgumentException(span.space() + " can only be read");
        }
    }

    default int function() {
        return switch (this) {
            case Read(Span span) -> span.space().function();
            case WriteOne(Block block) -> block.span().space() == Space.COIL ? 5 : 6;
            case WriteMany(Block block) -> block.span().space() == Space.COIL ? 15 : 16;
            case ReadWrite _ -> 23;
            case Identify _ -> 43;
        };
    }

    /** Function and data: what stands between the unit id and the check sum. */
    default Bytes encode() {
        Bytes function = Bytes.of((byte) function());
        return switch (this) {
            case Read(Span span) -> Bytes.concat(function, place(span));
            case WriteOne(Block block) ->
                Bytes.concat(
                        function,
                        word(block.span().address()),
                        block.span().space() == Space.HOLDING
                                ? block.data()
                                : word(block.bit(block.span().address()) ? 0xFF00 : 0));
            case WriteMany(Block block) -> Bytes.concat(function, place(block.span()), counted(block.data()));
            case ReadWrite(Span read, Block written) ->
                Bytes.concat(function, place(read), place(written.span()), counted(written.data()));
            case Identify(int category, int object) ->
                Bytes.concat(function, Bytes.of((byte) DEVICE_IDENTIFICATION, (byte) category, (byte) object));
        };
    }

    private static Bytes place(Span span) {
        return Bytes.concat(word(span.address()), word(span.count()));
    }

    private static Bytes word(int value) {
        return Bytes.of((byte) (value >> 8), (byte) value);
    }

    private static Bytes counted(Bytes data) {
        return Bytes.concat(Bytes.of((byte) data.length()), data);
    }

    /** How many octets a good answer has; of an identification, the least. */
    default int answerOctets() {
        return switch (this) {
            case Read(Span span) -> 2 + span.octets();
            case ReadWrite(Span read, Block _) -> 2 + read.octets();
            case WriteOne _, WriteMany _ -> HEAD;
            case Identify _ -> 7;
        };
    }

    /**
     * How long the answer is that begins at {@code from}: {@link #NEVER} when it cannot be one to this request, 0 while
     * that is open, else the number of octets it has, or has at least while fewer are there.
     */
    default int answerLength(byte[] heard, int from, int to) {
        int there = to - from;
        if (there < 1) {
            return 0;
        }
        int function = heard[from] & 0xFF;
        if (function == (function() | EXCEPTION)) {
            return there < 2 ? 0 : 2;
        }
        if (function != function()) {
            return NEVER;
        }
        if (there < 2) {
            return 0;
        }
        return switch (this) {
            case Read _, ReadWrite _ -> (heard[from + 1] & 0xFF) + 2 == answerOctets() ? answerOctets() : NEVER;
            case WriteOne _, WriteMany _ -> {
                int compared = Math.min(there, HEAD);
                boolean same = Arrays.equals(heard, from, from + compared, encode().toArray(), 0, compared);
                yield same ? HEAD : NEVER;
            }
            case Identify(int category, int _) -> identificationLength(heard, from, to, category);
        };
    }

    private static int identificationLength(byte[] heard, int from, int to, int category) {
        boolean begins = heard[from + 1] == DEVICE_IDENTIFICATION && (to - from < 3 || heard[from + 2] == category);
        if (!begins) {
            return NEVER;
        }
        if (to - from < 7) {
            return 7;
        }
        int length = 7;
        for (int object = heard[from + 6] & 0xFF; object > 0; object--) {
            if (from + length + 2 > to) {
                return length + 2;
            }
            length += 2 + (heard[from + length + 1] & 0xFF);
        }
        return length <= 253 ? length : NEVER; // spec: 4.1
    }

    /**
     * Understands an answer.
     *
     * @param pdu as long as {@link #answerLength} says
     * @return empty when it is none to this request
     */
    default Optional<Answer> answer(Bytes pdu) {
        if (pdu.isEmpty() || answerLength(pdu.toArray(), 0, pdu.length()) != pdu.length()) {
            return Optional.empty();
        }
        if (pdu.at(0) != function()) {
            return Optional.of(new Answer.Refused(new ExceptionCode(pdu.at(1))));
        }
        return Optional.of(
                switch (this) {
                    case Read(Span span) -> new Answer.Data(new Block(span, pdu.slice(2, pdu.length())));
                    case ReadWrite(Span read, Block _) -> new Answer.Data(new Block(read, pdu.slice(2, pdu.length())));
                    case WriteOne _, WriteMany _ -> new Answer.Written();
                    case Identify _ -> identification(pdu);
                });
    }

    private static Answer identification(Bytes pdu) {
        var objects = new TreeMap<Integer, Bytes>();
        for (int at = 7; at < pdu.length(); at += 2 + pdu.at(at + 1)) {
            objects.put(pdu.at(at), pdu.slice(at + 2, at + 2 + pdu.at(at + 1)));
        }
        return new Answer.Identification(
                pdu.at(3), pdu.at(4) == 0xFF ? OptionalInt.of(pdu.at(5)) : OptionalInt.empty(), objects);
    }

    /**
     * Understands a request, as a unit does.
     *
     * @return empty when it is none of these functions, or not a whole and possible one
     */
    static Optional<Request> decode(Bytes pdu) {
        try {
            return Optional.of(decoded(pdu)).filter(request -> request.encode().equals(pdu));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private static Request decoded(Bytes pdu) {
        int function = pdu.at(0);
        return switch (function) {
            case 1, 2, 3, 4 -> new Read(span(Space.values()[function - 1], pdu, 1));
            case 5 -> new WriteOne(new Block(new Span(Space.COIL, word(pdu, 1), 1), Bytes.of((byte) (pdu.at(3) & 1))));
            case 6 -> new WriteOne(new Block(new Span(Space.HOLDING, word(pdu, 1), 1), pdu.slice(3, 5)));
            case 15 -> new WriteMany(new Block(span(Space.COIL, pdu, 1), pdu.slice(6, pdu.length())));
            case 16 -> new WriteMany(new Block(span(Space.HOLDING, pdu, 1), pdu.slice(6, pdu.length())));
            case 23 ->
                new ReadWrite(
                        span(Space.HOLDING, pdu, 1),
                        new Block(span(Space.HOLDING, pdu, 5), pdu.slice(10, pdu.length())));
            case 43 -> new Identify(pdu.at(2), pdu.at(3));
            default -> throw new IllegalArgumentException("function " + function);
        };
    }

    private static Span span(Space space, Bytes pdu, int at) {
        return new Span(space, word(pdu, at), word(pdu, at + 2));
    }

    private static int word(Bytes pdu, int at) {
        return pdu.at(at) << 8 | pdu.at(at + 1);
    }
}
