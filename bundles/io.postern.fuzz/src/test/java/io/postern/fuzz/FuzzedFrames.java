// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import io.postern.sensor.framed.CheckSum;
import io.postern.sensor.framed.FieldPattern;
import io.postern.sensor.framed.FrameFormat;
import io.postern.sensor.framed.FrameFormat.Shape;
import io.postern.sensor.framed.FrameParser;
import io.postern.sensor.mbus.LinkFrame;
import io.postern.sensor.mbus.LinkParser;
import io.postern.sensor.mbus.Telegram;
import io.postern.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** What instruments say on a line: frames of every format, M-Bus, and the patterns that values are found by. */
final class FuzzedFrames {
    private static final Bytes START = Bytes.of((byte) '$');
    private static final CheckSum SUM =
            new CheckSum(CheckSum.Algorithm.SUM, CheckSum.Form.BIG, Bytes.EMPTY, true, false);
    private static final List<FrameFormat> FORMATS = List.of(
            format(new Shape.Delimited(START, Bytes.utf8("\r\n")), Optional.of(CheckSum.NMEA)),
            format(new Shape.Delimited(Bytes.EMPTY, Bytes.utf8("\r\n")), Optional.empty()),
            format(new Shape.Delimited(Bytes.of((byte) 2), Bytes.of((byte) 3)), Optional.of(CheckSum.BCC)),
            format(new Shape.Fixed(Bytes.EMPTY, 5), Optional.of(SUM)),
            format(new Shape.Fixed(START, 5), Optional.of(SUM)),
            format(new Shape.Counted(START, 0, 1, false, 3), Optional.of(SUM)),
            format(new Shape.Counted(Bytes.EMPTY, 1, 2, true, 4), Optional.of(SUM)),
            format(new Shape.Idle(Duration.ofMillis(10)), Optional.of(SUM)));

    private FuzzedFrames() {}

    private static FrameFormat format(Shape shape, Optional<CheckSum> check) {
        return new FrameFormat(shape, check, 48);
    }

    /** The first octet chooses the format, the second how what follows is cut. */
    static void framed(byte[] octets) {
        if (octets.length < 2) {
            return;
        }
        FrameFormat format = FORMATS.get((octets[0] & 0xFF) % FORMATS.size());
        byte[] rest = Arrays.copyOfRange(octets, 2, octets.length);
        int size = 1 + (octets[1] & 0x1F);
        for (boolean midstream : new boolean[] {false, true}) {
            var whole = midstream ? FrameParser.midstream(format) : new FrameParser(format);
            var cut = midstream ? FrameParser.midstream(format) : new FrameParser(format);
            List<FrameParser.Heard> heard = new ArrayList<>(whole.accept(rest, rest.length));
            heard.addAll(whole.silence());
            List<FrameParser.Heard> chunked = chunked(rest, size, cut::accept);
            chunked.addAll(cut.silence());
            Promise.same(heard, chunked);
            for (FrameParser.Heard each : heard) {
                if (each instanceof FrameParser.Heard.Frame(Bytes content)) {
                    if (Promise.read(() -> format.build(content)).isEmpty()) {
                        throw new AssertionError("heard, but cannot be said: " + content);
                    }
                }
            }
        }
    }

    private static <T> List<T> chunked(byte[] octets, int size, BiFunction<byte[], Integer, List<T>> accept) {
        List<T> heard = new ArrayList<>();
        for (int at = 0; at < octets.length; at += size) {
            byte[] chunk = Arrays.copyOfRange(octets, at, Math.min(octets.length, at + size));
            heard.addAll(accept.apply(chunk, chunk.length));
        }
        return heard;
    }

    /** The first octet says how what follows is cut. */
    static void mbus(byte[] octets) {
        if (octets.length < 1) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(octets, 1, octets.length);
        List<LinkParser.Heard> heard = new LinkParser().accept(rest, rest.length);
        var cut = new LinkParser();
        Promise.same(heard, chunked(rest, 1 + (octets[0] & 0x1F), cut::accept));
        for (LinkParser.Heard each : heard) {
            if (each instanceof LinkParser.Heard.Frame(LinkFrame frame)) {
                byte[] again = frame.encode().toArray();
                Promise.same(List.of(each), new LinkParser().accept(again, again.length));
            }
            if (each instanceof LinkParser.Heard.Frame(LinkFrame.Long said)) {
                telegram(said);
            }
        }
        // without its frame as well: a check sum is hard to come by at random
        for (int information : new int[] {0x72, 0x78, 0x7A}) {
            telegram(new LinkFrame.Long(
                    8, 1, information, Bytes.of(Arrays.copyOf(rest, Math.min(rest.length, LinkFrame.MOST_DATA)))));
        }
    }

    private static void telegram(LinkFrame.Long frame) {
        Promise.read(() -> Telegram.decode(frame)).ifPresent(telegram -> {
            telegram.trouble();
            telegram.records().forEach(record -> {
                Promise.read(record::number);
                Promise.read(record::text);
                io.postern.sensor.mbus.Meaning.of(record.vif());
            });
        });
    }

    /** A pattern, a line feed, and what it is matched against. */
    static void pattern(byte[] octets) {
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\n');
        if (end < 0) {
            return;
        }
        byte[] content = Arrays.copyOfRange(octets, end + 1, octets.length);
        Promise.read(() -> FieldPattern.parse(text.substring(0, end)))
                .flatMap(pattern -> pattern.find(content))
                .ifPresent(span -> {
                    if (span.to() > content.length) {
                        throw new AssertionError("found beyond the end: " + span);
                    }
                });
    }
}
