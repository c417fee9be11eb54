// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import io.postern.sensor.Model.Content;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.Node;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.wire.Bytes;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Reads the mapping of a framed template and proves each part of it by the sample the template brings. */
final class FramedMappingReader {
    private static final Set<String> KIND =
            Set.of("frame", "ask", "after", "patience", "every", "is", "valid", "sample", "separator");
    private static final Set<String> FIELD = Set.of(
            "kind",
            "octets",
            "type",
            "characters",
            "part",
            "pattern",
            "key",
            "item",
            "unit",
            "scale",
            "none",
            "true",
            "false",
            "degreesMinutes");
    private static final Set<String> PLACE =
            Set.of("octets", "type", "characters", "part", "pattern", "key", "item", "unit");
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofMinutes(2); // the longest readout at 300 baud takes this long
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int MOST_KINDS = 32;
    private static final int MOST_FIELDS = 250;

    private final Template template;
    private final Node.Members mapping;
    private final Map<String, FrameKind> kinds = new LinkedHashMap<>();
    private final Map<String, Character> separators = new HashMap<>();

    FramedMappingReader(Template template) {
        this.template = template;
        this.mapping = template.mapping();
    }

    FramedMapping read() throws TemplateException {
        mapping.only(Set.of("frame", "separator", "patience", "every", "kinds", "fields", "identity", "orders"));
        Node.Members all = mapping.members("kinds");
        bounded(all, "kinds", 1, MOST_KINDS);
        for (var kind : all.all().entrySet()) {
            kinds.put(kind.getKey(), kind(kind.getKey(), kind.getValue().asMembers(kind.getKey())));
        }
        var fields = fields(mapping.members("fields"), true);
        Optional<Node> facts = mapping.optional("identity");
        var identity = facts.isPresent()
                ? fields(facts.get().asMembers("identity"), false)
                : new LinkedHashMap<String, FramedField>();
        var orders = new LinkedHashMap<String, FramedOrder>();
        Optional<Node> deeds = mapping.optional("orders");
        if (deeds.isPresent()) {
            for (var order : deeds.get().asMembers("orders").all().entrySet()) {
                orders.put(
                        order.getKey(), order(order.getKey(), order.getValue().asMembers(order.getKey()), fields));
            }
        }
        return new FramedMapping(new LinkedHashMap<>(kinds), fields, identity, orders);
    }

    private static void bounded(Node.Members members, String name, int least, int most) throws TemplateException {
        int size = members.all().size();
        if (size < least || size > most) {
            throw members.place().refuse("\"" + name + "\" has " + least + " to " + most + " members, not " + size);
        }
    }

    private FrameKind kind(String name, Node.Members node) throws TemplateException {
        node.only(KIND);
        FrameFormat format = FrameFormatReader.read(inherited(node, "frame").asMembers("frame"));
        separators.put(name, separator(node));
        Optional<Bytes> ask = text(node, "ask").map(FramedMapping::octets);
        Optional<String> after = text(node, "after");
        if (after.isPresent() && (!kinds.containsKey(after.get()) || ask.isEmpty())) {
            throw node.need("after")
                    .place()
                    .refuse("\"after\" names a kind that stands above, for a kind that is asked for; \"" + after.get()
                            + "\" is none");
        }
        if (ask.isEmpty() && !format.findable()) {
            throw inherited(node, "frame")
                    .place()
                    .refuse("where an instrument talks by itself, frames of a length need a check sum to be found");
        }
        if (ask.isEmpty()
                && kinds.values().stream()
                        .anyMatch(other ->
                                other.ask().isEmpty() && !other.format().equals(format))) {
            throw node.place().refuse("kinds that are said without being asked for have one \"frame\" in common");
        }
        var kind = new FrameKind(
                name,
                format,
                ask,
                after,
                duration(node, "patience", ask.isPresent() ? PATIENCE : EVERY.multipliedBy(3)),
                duration(node, "every", EVERY),
                tests(name, node, "is"),
                tests(name, node, "valid"),
                FramedMapping.octets(octetText(node.need("sample"), "sample")));
        prove(kind, node.need("sample"));
        return kind;
    }

    private static void prove(FrameKind kind, Node sample) throws TemplateException {
        try {
            kind.format().build(kind.sample());
        } catch (IllegalArgumentException e) {
            throw sample.place().refuse("the sample: " + e.getMessage());
        }
        if (!kind.matches(kind.sample()) || !kind.isValid(kind.sample())) {
            throw sample.place().refuse("the sample does not pass what \"is\" and \"valid\" ask of it");
        }
    }

    private Node inherited(Node.Members node, String name) throws TemplateException {
        Optional<Node> own = node.optional(name);
        return own.isPresent() ? own.get() : mapping.need(name);
    }

    private char separator(Node.Members node) throws TemplateException {
        Optional<Node> said = node.optional("separator").or(() -> mapping.optional("separator"));
        if (said.isEmpty()) {
            return ',';
        }
        String text = octetText(said.get(), "separator");
        if (text.length() != 1) {
            throw said.get().place().refuse("\"separator\" is one character");
        }
        return text.charAt(0);
    }

    private Duration duration(Node.Members node, String name, Duration otherwise) throws TemplateException {
        Optional<Node> said = node.optional(name).or(() -> mapping.optional(name));
        return said.isPresent() ? said.get().asDuration(name, SHORTEST, LONGEST) : otherwise;
    }

    /** A text whose characters are octets. */
    static String octetText(Node node, String name) throws TemplateException {
        String text = node.asText(name);
        if (text.chars().anyMatch(c -> c > 0xFF)) {
            throw node.place().refuse("\"" + name + "\" has a character that is no octet");
        }
        return text;
    }

    private static Optional<String> text(Node.Members node, String name) throws TemplateException {
        Optional<Node> said = node.optional(name);
        return said.isPresent() ? Optional.of(octetText(said.get(), name)) : Optional.empty();
    }

    /** A list of objects, each a place and the texts that may stand there. */
    private List<FrameKind.Test> tests(String kind, Node.Members node, String name) throws TemplateException {
        List<FrameKind.Test> tests = new ArrayList<>();
        if (node.optional(name).isPresent()) {
            for (Node each : node.items(name)) {
                Node.Members test = each.asMembers(name);
                var known = new HashSet<>(PLACE);
                known.add("is");
                test.only(known);
                tests.add(new FrameKind.Test(locator(kind, test), texts(test.need("is"), "is")));
            }
        }
        return tests;
    }

    private static List<String> texts(Node node, String name) throws TemplateException {
        if (node instanceof Node.Text) {
            return List.of(octetText(node, name));
        }
        List<String> texts = new ArrayList<>();
        for (Node each : node.asItems(name)) {
            texts.add(octetText(each, name));
        }
        return texts;
    }

    private Locator locator(String kind, Node.Members node) throws TemplateException {
        List<String> ways = List.of("octets", "characters", "part", "pattern", "key").stream()
                .filter(way -> node.optional(way).isPresent())
                .toList();
        if (ways.size() != 1) {
            throw node.place()
                    .refuse("a place is said by one of octets, characters, part, pattern and key, not by " + ways);
        }
        return switch (ways.getFirst()) {
            case "octets" -> {
                Node type = node.need("type");
                yield new Locator.Octets(
                        node.whole("octets", 0, FrameFormat.LONGEST),
                        NumberType.named(type.asText("type")).orElseThrow(() -> type.place()
                                .refuse("\"type\" is one of u8 i8 u16 i16 u32 i32 f32,"
                                        + " with le behind it when the low octet is the first")));
            }
            case "characters" -> {
                List<Node> pair = node.items("characters");
                if (pair.size() != 2) {
                    throw node.need("characters")
                            .place()
                            .refuse("\"characters\" is where they begin and how many they are");
                }
                yield new Locator.Characters(
                        pair.get(0).asWhole("characters", 0, FrameFormat.LONGEST),
                        pair.get(1).asWhole("characters", 1, FrameFormat.LONGEST));
            }
            case "part" ->
                new Locator.Part(
                        node.whole("part", 0, FrameFormat.LONGEST), Objects.requireNonNull(separators.get(kind)));
            case "pattern" -> new Locator.Matched(pattern(node.need("pattern"), "pattern"));
            default -> {
                int item = node.optional("item").isPresent() ? node.whole("item", 0, 32) : 0;
                yield new Locator.Key(
                        octetText(node.need("key"), "key"),
                        item,
                        text(node, "unit").orElse(""));
            }
        };
    }

    private static FieldPattern pattern(Node node, String name) throws TemplateException {
        try {
            return FieldPattern.parse(octetText(node, name));
        } catch (IllegalArgumentException e) {
            throw node.place().refuse(String.valueOf(e.getMessage()));
        }
    }

    private LinkedHashMap<String, FramedField> fields(Node.Members node, boolean ofModel) throws TemplateException {
        bounded(node, ofModel ? "fields" : "identity", 1, MOST_FIELDS);
        var fields = new LinkedHashMap<String, FramedField>();
        for (var each : node.all().entrySet()) {
            Node.Members said = each.getValue().asMembers(each.getKey());
            Schema schema = ofModel ? schema(each.getKey(), said) : Schema.STRING;
            FramedField field = field(each.getKey(), schema, said);
            prove(field, said);
            fields.put(each.getKey(), field);
        }
        if (ofModel) {
            complete(fields.keySet(), node);
        }
        return fields;
    }

    private void complete(Set<String> fields, Node.Members node) throws TemplateException {
        for (var content : template.model().contents().entrySet()) {
            if (!(content.getValue() instanceof Content.Command) && !fields.contains(content.getKey())) {
                throw node.place().refuse("\"" + content.getKey() + "\" of the model is missing here");
            }
        }
    }

    private Schema schema(String name, Node.Members node) throws TemplateException {
        Content content = template.model().contents().get(name);
        return switch (content) {
            case Content.Telemetry(Schema schema, String _) -> schema;
            case Content.Property(Schema schema, String _, boolean _) -> schema;
            case Content.Command _ -> throw node.place().refuse("\"" + name + "\" is a command of the model, no field");
            case null -> throw node.place().refuse("the model has no \"" + name + "\"");
        };
    }

    private FramedField field(String name, Schema schema, Node.Members node) throws TemplateException {
        node.only(FIELD);
        String kind = node.optional("kind").isPresent() || kinds.size() > 1
                ? node.text("kind")
                : kinds.keySet().iterator().next();
        if (!kinds.containsKey(kind)) {
            throw node.need("kind").place().refuse("there is no kind \"" + kind + "\"; there are " + kinds.keySet());
        }
        var none = node.optional("none").isPresent() ? texts(node.need("none"), "none") : List.<String>of();
        return new FramedField(
                name,
                kind,
                locator(kind, node),
                schema,
                scale(node),
                Set.copyOf(none),
                schema == Schema.BOOLEAN ? flags(node) : Map.of(),
                notation(kind, node));
    }

    private static BigDecimal scale(Node.Members node) throws TemplateException {
        if (node.optional("scale").isEmpty()) {
            return BigDecimal.ONE;
        }
        BigDecimal scale = node.need("scale").asNumber("scale");
        // far beyond every prefix of a unit; and no number of a million digits comes out of it
        if (scale.signum() == 0 || Math.abs((long) scale.precision() - scale.scale()) > 30 || scale.precision() > 30) {
            throw node.need("scale").place().refuse("\"scale\" is a number other than 0 of at most 30 digits");
        }
        return scale;
    }

    private static Map<String, Boolean> flags(Node.Members node) throws TemplateException {
        var flags = new HashMap<String, Boolean>();
        for (String text : texts(node.need("true"), "true")) {
            flags.put(text, true);
        }
        for (String text : texts(node.need("false"), "false")) {
            if (flags.put(text, false) != null) {
                throw node.need("false").place().refuse("\"" + text + "\" cannot be both true and false");
            }
        }
        return flags;
    }

    private FramedField.Notation notation(String kind, Node.Members node) throws TemplateException {
        if (node.optional("degreesMinutes").isEmpty()) {
            return new FramedField.Notation.Plain();
        }
        Node.Members angle = node.members("degreesMinutes");
        var known = new HashSet<>(PLACE);
        known.addAll(List.of("positive", "negative"));
        angle.only(known);
        return new FramedField.Notation.DegreesMinutes(
                locator(kind, angle), angle.text("positive"), angle.text("negative"));
    }

    /** Reads the field from the sample, and writes what was read back into it. */
    private void prove(FramedField field, Node.Members node) throws TemplateException {
        FrameKind kind = Objects.requireNonNull(kinds.get(field.kind()));
        try {
            var value = field.decode(kind.sample())
                    .orElseThrow(
                            () -> new IllegalArgumentException("the sample has no value for \"" + field.name() + "\""));
            var again = field.decode(field.encode(kind.sample(), value));
            if (!again.equals(Optional.of(value))) {
                throw new IllegalArgumentException("the sample has " + value + ", written back it is " + again
                        + "; is the scale finer than its decimals?");
            }
        } catch (IllegalArgumentException e) {
            throw node.place().refuse(String.valueOf(e.getMessage()));
        }
    }

    private FramedOrder order(String name, Node.Members node, Map<String, FramedField> fields)
            throws TemplateException {
        node.only(Set.of("send", "decimals", "scale", "answer"));
        var order = new FramedOrder(
                name,
                FramedMapping.octets(octetText(node.need("send"), "send")),
                node.optional("decimals").isPresent() ? node.whole("decimals", 0, 12) : 0,
                scale(node),
                node.optional("answer").isPresent() ? Optional.of(answer(node.members("answer"))) : Optional.empty());
        switch (template.model().contents().get(name)) {
            case Content.Property(Schema _, String _, boolean writable) -> {
                if (!writable || !order.hasValue() || !fields.containsKey(name)) {
                    throw node.place()
                            .refuse("an order of a property sends {value}, and the property is writable and one of"
                                    + " the fields, to be read back");
                }
            }
            case Content.Command _ -> {}
            case Content.Telemetry _ ->
                throw node.place().refuse("\"" + name + "\" is telemetry, it cannot be ordered");
            case null -> throw node.place().refuse("the model has no \"" + name + "\"");
        }
        return order;
    }

    private FramedOrder.Answer answer(Node.Members node) throws TemplateException {
        node.only(Set.of("frame", "patience", "taken", "refused", "sample"));
        FrameFormat format = FrameFormatReader.read(inherited(node, "frame").asMembers("frame"));
        Optional<FieldPattern> refused = node.optional("refused").isPresent()
                ? Optional.of(pattern(node.need("refused"), "refused"))
                : Optional.empty();
        var answer = new FramedOrder.Answer(
                format,
                duration(node, "patience", PATIENCE),
                pattern(node.need("taken"), "taken"),
                refused,
                FramedMapping.octets(octetText(node.need("sample"), "sample")));
        Node sample = node.need("sample");
        if (!answer.isTaken(answer.sample())) {
            throw sample.place().refuse("\"taken\" does not find anything in the sample");
        }
        try {
            format.build(answer.sample());
        } catch (IllegalArgumentException e) {
            throw sample.place().refuse("the sample: " + e.getMessage());
        }
        return answer;
    }
}
