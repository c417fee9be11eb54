// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import io.postern.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * How octets become frames. The content of a frame is what lies between its start and its end, without the check sum.
 *
 * @param longest octets of the longest frame, start, check sum and end included
 */
public record FrameFormat(Shape shape, Optional<CheckSum> check, int longest) {
    /** The longest readout of a meter that was seen has 3 000 octets. */
    public static final int LONGEST = 8_192;

    /** Where a frame begins and where it ends. */
    public sealed interface Shape {
        /** @param start empty when a frame begins where the one before has ended */
        record Delimited(Bytes start, Bytes end) implements Shape {}

        /** @param octets of the whole frame */
        record Fixed(Bytes start, int octets) implements Shape {}

        /**
         * @param at where the count stands, counted from 0 behind the start
         * @param width of the count: 1 or 2 octets
         * @param plus how many octets of the frame the count does not count
         */
        record Counted(Bytes start, int at, int width, boolean little, int plus) implements Shape {}

        /** Silence of {@code gap} ends a frame. */
        record Idle(Duration gap) implements Shape {}

        default Bytes start() {
            return switch (this) {
                case Delimited(Bytes start, Bytes _) -> start;
                case Fixed(Bytes start, int _) -> start;
                case Counted(Bytes start, int _, int _, boolean _, int _) -> start;
                case Idle _ -> Bytes.EMPTY;
            };
        }

        default Bytes end() {
            return this instanceof Delimited(Bytes _, Bytes end) ? end : Bytes.EMPTY;
        }
    }

    public FrameFormat {
        if (longest < 1 || longest > LONGEST) {
            throw new IllegalArgumentException("a frame has 1 to " + LONGEST + " octets, not " + longest);
        }
        if (shape instanceof Shape.Delimited(Bytes _, Bytes end) && end.isEmpty()) {
            throw new IllegalArgumentException("a frame that is delimited needs an end");
        }
        if (shape instanceof Shape.Fixed(Bytes _, int octets) && octets > longest) {
            throw new IllegalArgumentException("a frame of " + octets + " octets is longer than " + longest);
        }
    }

    /** Whether a frame's beginning can be found in the midst of a stream. */
    public boolean findable() {
        return check.isPresent() || shape instanceof Shape.Delimited || shape instanceof Shape.Idle;
    }

    /** How many octets a frame around {@code content} has. */
    public int octets(int content) {
        return shape.start().length() + content + trailer() + shape.end().length();
    }

    private int trailer() {
        return check.map(sum -> sum.mark().length() + sum.width()).orElse(0);
    }

    /** Octets that follow the end of a delimited frame. */
    int behindEnd() {
        return check.filter(CheckSum::behindEnd).map(CheckSum::width).orElse(0);
    }

    /**
     * The frame around a content.
     *
     * @throws IllegalArgumentException when the content cannot stand in such a frame
     */
    public Bytes build(Bytes content) {
        byte[] head = Bytes.concat(shape.start(), content).toArray();
        var frame = new ByteArrayOutputStream();
        frame.writeBytes(head);
        boolean behind = check.filter(CheckSum::behindEnd).isPresent();
        if (behind) {
            frame.writeBytes(shape.end().toArray());
        }
        check.ifPresent(sum -> {
            byte[] counted = frame.toByteArray();
            frame.writeBytes(sum.mark().toArray());
            frame.writeBytes(sum.of(counted, sum.fromStart() ? 0 : shape.start().length(), counted.length));
        });
        if (!behind) {
            frame.writeBytes(shape.end().toArray());
        }
        Bytes built = Bytes.of(frame.toByteArray());
        verify(built, content);
        return built;
    }

    /** A whole frame of this format with a check sum that is wrong, for simulators; as it is when the format has none. */
    public Bytes spoiled(Bytes frame) {
        byte[] octets = frame.toArray();
        check.ifPresent(sum ->
                octets[octets.length - 1 - (sum.behindEnd() ? 0 : shape.end().length())] ^= 1);
        return Bytes.of(octets);
    }

    private void verify(Bytes built, Bytes content) {
        var parser = new FrameParser(this);
        var heard = new java.util.ArrayList<>(parser.accept(built.toArray(), built.length()));
        heard.addAll(parser.silence());
        if (!heard.equals(java.util.List.of(new FrameParser.Heard.Frame(content)))) {
            throw new IllegalArgumentException(
                    "a content of " + content.length()
                            + " octets cannot stand in a frame of this format: too long, of another length, or with start or end in it");
        }
    }

    /** The content of a whole frame; empty when its check sum is wrong. */
    Optional<Bytes> content(byte[] octets, int length) {
        int from = shape.start().length();
        int to = length - shape.end().length() - trailer();
        if (to < from) {
            return Optional.empty();
        }
        if (check.isPresent()) {
            CheckSum sum = check.get();
            int counted = sum.behindEnd() ? length - trailer() : to;
            int at = counted + sum.mark().length();
            boolean marked = Arrays.equals(
                    octets, counted, at, sum.mark().toArray(), 0, sum.mark().length());
            if (!marked || !sum.holds(octets, sum.fromStart() ? 0 : from, counted, at)) {
                return Optional.empty();
            }
        }
        return Optional.of(Bytes.of(Arrays.copyOfRange(octets, from, to)));
    }

    /** The length a frame has that begins like this; 0 when it cannot be told yet. */
    int announced(byte[] octets, int length) {
        return switch (shape) {
            case Shape.Delimited _, Shape.Idle _ -> 0;
            case Shape.Fixed(Bytes _, int whole) -> whole;
            case Shape.Counted(Bytes start, int at, int width, boolean little, int plus) -> {
                int from = start.length() + at;
                if (length < from + width) {
                    yield 0;
                }
                int first = octets[from] & 0xFF;
                int second = width == 1 ? 0 : octets[from + 1] & 0xFF;
                int count = width == 1 ? first : little ? second << 8 | first : first << 8 | second;
                yield Math.max(count + plus, from + width); // shorter than its own head it cannot be
            }
        };
    }
}
