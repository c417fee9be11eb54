// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.sensor.Model.Schema;
import io.postern.sensor.Node;
import io.postern.sensor.TemplateException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads one field of a mapping: {@code "input:0:f32"}, or an object whose {@code at} says that and more. */
final class FieldReader {
    static final Set<String> KEYS = Set.of("at", "bit", "bits", "scale", "order", "none", "values");

    private static final Pattern AT = Pattern.compile("([a-z]+):([0-9]{1,5}):([a-z0-9]+)(?::([0-9]{1,3}))?");
    private static final Pattern BITS = Pattern.compile("([0-9]{1,2})-([0-9]{1,2})");
    private static final BigDecimal LARGEST_SCALE = new BigDecimal("1e18"); // beyond it 64 bits are one step
    private static final String FORMS = "the form is space:address:type, such as input:0:f32 or holding:100:text:8";
    private static final String TYPES =
            "the type is bool, u16, i16, u32, i32, u64, i64, f32, f64, bcd16, bcd32, bcd64 or text:REGISTERS";

    private final String name;
    private final Node node;
    private final Node.Members extras;
    private final WordOrder usual;

    /** @param usual the order of numbers of several registers, if the field does not say another */
    FieldReader(String name, Node node, WordOrder usual) throws TemplateException {
        this.name = name;
        this.node = node;
        this.usual = usual;
        this.extras = node instanceof Node.Members members
                ? members
                : new Node.Members(node.place(), new java.util.LinkedHashMap<>(Map.of("at", node)));
    }

    /** @param schema what the model says of it; empty when no model speaks of it, and its form decides */
    Field read(Optional<Schema> schema) throws TemplateException {
        Node at = extras.need("at");
        Matcher parts = AT.matcher(at.asText("at"));
        if (!parts.matches()) {
            throw at.place().refuse("\"" + name + "\": " + FORMS);
        }
        Space space = Space.named(parts.group(1)).orElseThrow(() -> at.place()
                .refuse("\"" + name + "\": the space is coil, discrete, holding or input"));
        Form form = form(at, space, parts.group(3));
        Span span;
        try {
            span = new Span(
                    space, Integer.parseInt(parts.group(2)), width(at, form, Optional.ofNullable(parts.group(4))));
        } catch (IllegalArgumentException e) {
            throw at.place().refuse("\"" + name + "\": " + e.getMessage());
        }
        Schema said = schema.orElseGet(() -> natural(form));
        checkSchema(form, said);
        return new Field(name, span, form, said);
    }

    private Form form(Node at, Space space, String type) throws TemplateException {
        if (space.isBits() != type.equals("bool")) {
            throw at.place()
                    .refuse("\"" + name + "\": a " + space + " cannot be read as " + type
                            + ": bool is for coil and discrete, the rest for registers; " + TYPES);
        }
        if (space.isBits()) {
            only(Set.of("at"), "a bool");
            return new Form.Bit();
        }
        if (type.equals("text")) {
            only(Set.of("at", "order"), "a text");
            return new Form.Characters(order(WordOrder.ABCD));
        }
        NumberKind kind = NumberKind.named(type).orElseThrow(() -> at.place().refuse("\"" + name + "\": " + TYPES));
        if (extras.optional("bit").isPresent() || extras.optional("bits").isPresent()) {
            return bits(at, kind);
        }
        return new Form.Number(
                kind, order(kind.registers() == 1 ? WordOrder.ABCD : usual), scale(), none(), names(kind));
    }

    private void only(Set<String> keys, String what) throws TemplateException {
        for (var extra : extras.all().entrySet()) {
            if (KEYS.contains(extra.getKey()) && !keys.contains(extra.getKey())) {
                throw extra.getValue()
                        .place()
                        .refuse("\"" + name + "\": " + what + " has no \"" + extra.getKey() + "\"");
            }
        }
    }

    private Form bits(Node at, NumberKind kind) throws TemplateException {
        only(Set.of("at", "bit", "bits", "values"), "a bit field");
        if (kind != NumberKind.U16) {
            throw at.place().refuse("\"" + name + "\": bits are those of one register, of type u16");
        }
        Optional<Node> one = extras.optional("bit");
        Optional<Node> some = extras.optional("bits");
        if (one.isPresent() && some.isPresent()) {
            throw some.get().place().refuse("\"" + name + "\": \"bit\" or \"bits\", not both");
        }
        if (one.isPresent()) {
            return new Form.Bits(one.get().asWhole("bit", 0, 15), 1, names(kind));
        }
        Node range = some.orElseThrow();
        Matcher parts = BITS.matcher(range.asText("bits"));
        try {
            if (parts.matches()) {
                int lowest = Integer.parseInt(parts.group(1));
                return new Form.Bits(lowest, Integer.parseInt(parts.group(2)) - lowest + 1, names(kind));
            }
        } catch (IllegalArgumentException e) {
            throw range.place().refuse("\"" + name + "\": " + e.getMessage());
        }
        throw range.place().refuse("\"" + name + "\": \"bits\" has the form 4-6, the lowest first");
    }

    private int width(Node at, Form form, Optional<String> length) throws TemplateException {
        if (form instanceof Form.Characters) {
            int registers = length.map(Integer::parseInt).orElse(0);
            if (registers < 1 || registers > 125) { // what one answer holds
                throw at.place().refuse("\"" + name + "\": a text says its registers, text:1 to text:125");
            }
            return registers;
        }
        if (length.isPresent()) {
            throw at.place().refuse("\"" + name + "\": " + FORMS);
        }
        return form instanceof Form.Number number ? number.kind().registers() : 1;
    }

    private WordOrder order(WordOrder otherwise) throws TemplateException {
        Optional<Node> said = extras.optional("order");
        return said.isPresent() ? order(said.get()) : otherwise;
    }

    static WordOrder order(Node node) throws TemplateException {
        return WordOrder.named(node.asText("order"))
                .orElseThrow(() -> node.place().refuse("\"order\" is abcd, cdab, badc or dcba"));
    }

    private BigDecimal scale() throws TemplateException {
        Optional<Node> said = extras.optional("scale");
        if (said.isEmpty()) {
            return BigDecimal.ONE;
        }
        BigDecimal scale = said.get().asNumber("scale");
        BigDecimal size = scale.abs();
        if (size.compareTo(LARGEST_SCALE) > 0 || size.compareTo(BigDecimal.valueOf(1, 18)) < 0) {
            throw said.get().place().refuse("\"" + name + "\": \"scale\" is between 1e-18 and 1e18");
        }
        return scale;
    }

    private Set<BigDecimal> none() throws TemplateException {
        Optional<Node> said = extras.optional("none");
        if (said.isEmpty()) {
            return Set.of();
        }
        var none = new HashSet<BigDecimal>();
        for (Node each : said.get() instanceof Node.Items items ? items.items() : List.of(said.get())) {
            none.add(each.asNumber("none"));
        }
        return none;
    }

    private Map<Long, String> names(NumberKind kind) throws TemplateException {
        Optional<Node> said = extras.optional("values");
        if (said.isEmpty()) {
            return Map.of();
        }
        if (kind.isReal()) {
            throw said.get().place().refuse("\"" + name + "\": only whole numbers have names");
        }
        var names = new HashMap<Long, String>();
        for (var each : said.get().asMembers("values").all().entrySet()) {
            String text = each.getValue().asText(each.getKey());
            try {
                if (names.containsValue(text) || names.put(Long.valueOf(each.getKey()), text) != null) {
                    throw each.getValue().place().refuse("\"" + name + "\": \"" + text + "\" stands there twice");
                }
            } catch (NumberFormatException e) {
                throw each.getValue()
                        .place()
                        .refuse("\"" + name + "\": \"" + each.getKey() + "\" is a whole number in quotes");
            }
        }
        return names;
    }

    private static Schema natural(Form form) {
        return switch (form) {
            case Form.Bit() -> Schema.BOOLEAN;
            case Form.Characters _ -> Schema.STRING;
            case Form.Bits bits -> bits.names().isEmpty() ? Schema.INTEGER : Schema.STRING;
            case Form.Number number -> {
                boolean whole = !number.kind().isReal() && isWhole(number.scale());
                yield !number.names().isEmpty() ? Schema.STRING : whole ? Schema.LONG : Schema.DOUBLE;
            }
        };
    }

    private void checkSchema(Form form, Schema schema) throws TemplateException {
        Set<Schema> possible =
                switch (form) {
                    case Form.Bit() -> Set.of(Schema.BOOLEAN);
                    case Form.Characters _ -> Set.of(Schema.STRING);
                    case Form.Bits bits ->
                        !bits.names().isEmpty()
                                ? Set.of(Schema.STRING)
                                : bits.count() == 1
                                        ? Set.of(Schema.BOOLEAN, Schema.INTEGER, Schema.LONG)
                                        : Set.of(Schema.INTEGER, Schema.LONG);
                    case Form.Number number -> schemas(number);
                };
        if (!possible.contains(schema)) {
            throw node.place()
                    .refuse("\"" + name + "\" is " + schema.name().toLowerCase(java.util.Locale.ROOT)
                            + " in the model; what stands there can be "
                            + String.join(
                                    " or ",
                                    possible.stream()
                                            .map(each -> each.name().toLowerCase(java.util.Locale.ROOT))
                                            .sorted()
                                            .toList()));
        }
    }

    private static Set<Schema> schemas(Form.Number number) {
        if (!number.names().isEmpty()) {
            return Set.of(Schema.STRING);
        }
        if (number.kind().isReal() || !isWhole(number.scale())) {
            return Set.of(Schema.DOUBLE, Schema.FLOAT);
        }
        BigInteger scale = number.scale().toBigIntegerExact();
        boolean fits = Stream.of(number.kind().least(), number.kind().most())
                .allMatch(end -> end.multiply(scale).bitLength() < Integer.SIZE);
        return fits
                ? Set.of(Schema.DOUBLE, Schema.FLOAT, Schema.INTEGER, Schema.LONG)
                : Set.of(Schema.DOUBLE, Schema.FLOAT, Schema.LONG);
    }

    private static boolean isWhole(BigDecimal number) {
        return number.stripTrailingZeros().scale() <= 0;
    }
}
