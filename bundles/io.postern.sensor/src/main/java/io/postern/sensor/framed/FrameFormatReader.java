// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import io.postern.sensor.Node;
import io.postern.sensor.TemplateException;
import io.postern.sensor.framed.CheckSum.Algorithm;
import io.postern.sensor.framed.CheckSum.Form;
import io.postern.sensor.framed.FrameFormat.Shape;
import io.postern.wire.Bytes;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads {@code "frame"} of a mapping. */
final class FrameFormatReader {
    private static final int USUAL = 1_024;
    private static final Duration LONGEST_GAP = Duration.ofSeconds(5);
    private static final int LONGEST_MARK = 16;

    private FrameFormatReader() {}

    static FrameFormat read(Node.Members node) throws TemplateException {
        node.only(Set.of("start", "end", "octets", "count", "gap", "longest", "check"));
        Bytes start = mark(node, "start");
        int longest = node.optional("longest").isPresent() ? node.whole("longest", 1, FrameFormat.LONGEST) : USUAL;
        try {
            return new FrameFormat(shape(node, start), check(node), longest);
        } catch (IllegalArgumentException e) {
            throw node.place().refuse(String.valueOf(e.getMessage()));
        }
    }

    private static Bytes mark(Node.Members node, String name) throws TemplateException {
        if (node.optional(name).isEmpty()) {
            return Bytes.EMPTY;
        }
        String text = FramedMappingReader.octetText(node.need(name), name);
        if (text.isEmpty() || text.length() > LONGEST_MARK) {
            throw node.need(name).place().refuse("\"" + name + "\" is 1 to " + LONGEST_MARK + " octets");
        }
        return FramedMapping.octets(text);
    }

    private static Shape shape(Node.Members node, Bytes start) throws TemplateException {
        var ways = Set.of("end", "octets", "count", "gap").stream()
                .filter(way -> node.optional(way).isPresent())
                .toList();
        if (ways.size() != 1) {
            throw node.place().refuse("a frame ends by one of end, octets, count and gap, not by " + ways);
        }
        return switch (ways.getFirst()) {
            case "end" -> new Shape.Delimited(start, mark(node, "end"));
            case "octets" -> new Shape.Fixed(start, node.whole("octets", 1, FrameFormat.LONGEST));
            case "count" -> counted(node.members("count"), start);
            default -> {
                if (!start.isEmpty()) {
                    throw node.need("start").place().refuse("a frame that silence ends has no start");
                }
                yield new Shape.Idle(node.need("gap").asDuration("gap", Duration.ofMillis(1), LONGEST_GAP));
            }
        };
    }

    private static Shape counted(Node.Members count, Bytes start) throws TemplateException {
        count.only(Set.of("at", "type", "plus"));
        String type = count.text("type");
        if (!Set.of("u8", "u16", "u16le").contains(type)) {
            throw count.need("type").place().refuse("\"type\" of a count is u8, u16 or u16le");
        }
        return new Shape.Counted(
                start,
                count.whole("at", 0, 255),
                type.equals("u8") ? 1 : 2,
                type.endsWith("le"),
                count.optional("plus").isPresent() ? count.whole("plus", -255, 255) : 0);
    }

    private static Optional<CheckSum> check(Node.Members node) throws TemplateException {
        Optional<Node> said = node.optional("check");
        if (said.isEmpty()) {
            return Optional.empty();
        }
        if (said.get() instanceof Node.Text(Node.Place place, String name)) {
            return Optional.of(
                    switch (name) {
                        case "nmea" -> CheckSum.NMEA;
                        case "bcc" -> CheckSum.BCC;
                        default ->
                            new CheckSum(algorithm(place, String.valueOf(name)), Form.BIG, Bytes.EMPTY, true, false);
                    });
        }
        Node.Members sum = said.get().asMembers("check");
        sum.only(Set.of("sum", "form", "mark", "withStart", "behindEnd"));
        return Optional.of(new CheckSum(
                algorithm(sum.need("sum").place(), sum.text("sum")),
                form(sum),
                mark(sum, "mark"),
                sum.optional("withStart").isEmpty() || sum.need("withStart").asFlag("withStart"),
                sum.optional("behindEnd").isPresent() && sum.need("behindEnd").asFlag("behindEnd")));
    }

    private static Algorithm algorithm(Node.Place place, String name) throws TemplateException {
        return Arrays.stream(Algorithm.values())
                .filter(each -> each.text().equals(name))
                .findFirst()
                .orElseThrow(() -> place.refuse("a check sum \"" + name + "\" is not known; known are nmea, bcc, "
                        + Arrays.stream(Algorithm.values()).map(Algorithm::text).collect(Collectors.joining(", "))));
    }

    private static Form form(Node.Members sum) throws TemplateException {
        if (sum.optional("form").isEmpty()) {
            return Form.BIG;
        }
        return switch (sum.text("form")) {
            case "big" -> Form.BIG;
            case "little" -> Form.LITTLE;
            case "hex" -> Form.HEX;
            default -> throw sum.need("form").place().refuse("\"form\" is big, little or hex");
        };
    }
}
