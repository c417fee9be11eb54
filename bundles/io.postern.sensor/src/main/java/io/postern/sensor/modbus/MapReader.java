// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import io.postern.sensor.Model.Content;
import io.postern.sensor.Node;
import io.postern.sensor.TemplateException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the mapping of a template, refusing what cannot be at the line where it stands. */
final class MapReader {
    private static final Set<String> KEYS =
            Set.of("order", "timeout", "turnaround", "write", "fields", "readable", "identity");
    private static final Set<String> FACTS = Set.of("serial", "vendor", "product", "revision");
    private static final int MOST_FIELDS = 1_000; // eight full answers of registers
    private static final int MOST_RANGES = 100;
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(10); // longer would hold up the whole line
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(10);
    private static final Duration USUAL_TIMEOUT = Duration.ofMillis(500);
    private static final Pattern RANGE = Pattern.compile("([a-z]+):([0-9]{1,5})-([0-9]{1,5})");

    private final Node.Members mapping;
    private final Model model;
    private final LinkedHashMap<String, Field> fields = new LinkedHashMap<>();
    private final Map<String, Node.Place> places = new HashMap<>();
    private final Set<String> writable = new HashSet<>();
    private final Map<String, RegisterMap.Command> commands = new HashMap<>();

    MapReader(Node.Members mapping, Model model) {
        this.mapping = mapping;
        this.model = model;
    }

    RegisterMap read() throws TemplateException {
        mapping.only(KEYS);
        Optional<Node> order = mapping.optional("order");
        WordOrder usual = order.isPresent() ? FieldReader.order(order.get()) : WordOrder.ABCD;
        Node.Members all = mapping.members("fields");
        if (all.all().isEmpty() || all.all().size() > MOST_FIELDS) {
            throw all.place()
                    .refuse("\"fields\" has 1 to " + MOST_FIELDS + " fields, not "
                            + all.all().size());
        }
        for (var each : all.all().entrySet()) {
            field(each.getKey(), each.getValue(), usual);
        }
        refuseOverlaps();
        refuseMissing(all.place());
        Duration timeout = duration("timeout", SHORTEST_TIMEOUT, USUAL_TIMEOUT);
        return new RegisterMap(
                fields,
                writable,
                commands,
                readable(),
                timeout,
                duration("turnaround", Duration.ZERO, Duration.ZERO),
                writing(),
                identity(usual));
    }

    private void field(String name, Node node, WordOrder usual) throws TemplateException {
        Content content = model.contents().get(name);
        if (content == null) {
            throw node.place().refuse("the model has no \"" + name + "\"");
        }
        var reader = new FieldReader(name, node, usual);
        switch (content) {
            case Content.Telemetry(Model.Schema schema, String _) -> keep(node, reader.read(Optional.of(schema)));
            case Content.Property(Model.Schema schema, String _, boolean writes) -> {
                Field field = keep(node, reader.read(Optional.of(schema)));
                if (writes) {
                    refuseReadOnly(node, field);
                    writable.add(name);
                }
            }
            case Content.Command(Optional<Model.Schema> request) ->
                commands.put(name, command(name, node, reader, request));
        }
    }

    private Field keep(Node node, Field field) throws TemplateException {
        if (node instanceof Node.Members members) {
            members.only(FieldReader.KEYS);
        }
        fields.put(field.name(), field);
        places.put(field.name(), node.place());
        return field;
    }

    private static void refuseReadOnly(Node node, Field field) throws TemplateException {
        if (!field.span().space().isWritable()) {
            throw node.place()
                    .refuse("\"" + field.name() + "\" is to be written, but "
                            + field.span().space() + " can only be read: coil or holding");
        }
    }

    private RegisterMap.Command command(String name, Node node, FieldReader reader, Optional<Model.Schema> request)
            throws TemplateException {
        if (request.isPresent()) {
            if (node instanceof Node.Members members) {
                members.only(FieldReader.KEYS);
            }
            Field field = reader.read(request);
            refuseReadOnly(node, field);
            return new RegisterMap.Command(field, Optional.empty());
        }
        Node.Members members = node.asMembers(name);
        members.only(
                Stream.concat(FieldReader.KEYS.stream(), Stream.of("value")).collect(Collectors.toSet()));
        Field field = reader.read(Optional.empty());
        refuseReadOnly(node, field);
        Node value = members.need("value");
        Measurement written = measurement(value);
        try {
            field.encode(written);
        } catch (IllegalArgumentException e) {
            throw value.place().refuse("\"value\" of " + e.getMessage());
        }
        return new RegisterMap.Command(field, Optional.of(written));
    }

    private static Measurement measurement(Node node) throws TemplateException {
        return switch (node) {
            case Node.Flag(Node.Place _, boolean on) -> new Measurement.Flag(on);
            case Node.Text(Node.Place _, String text) -> new Measurement.Text(text);
            case Node.Number(Node.Place place, BigDecimal number) -> {
                if (!Double.isFinite(number.doubleValue())) {
                    throw place.refuse("\"value\" is too large");
                }
                yield new Measurement.Quantity(number.doubleValue());
            }
            default -> throw node.place().refuse("\"value\" is a number, a text, true or false");
        };
    }

    private void refuseOverlaps() throws TemplateException {
        List<Field> before = new ArrayList<>();
        for (Field field : fields.values()) {
            for (Field other : before) {
                if (field.span().overlaps(other.span()) && !areBitsApart(field, other)) {
                    throw place(field)
                            .refuse("\"" + field.name() + "\" (" + field.span() + ") overlaps \"" + other.name()
                                    + "\" (" + other.span() + ") of line "
                                    + place(other).line());
                }
            }
            before.add(field);
        }
    }

    private Node.Place place(Field field) {
        return places.getOrDefault(field.name(), mapping.place());
    }

    private static boolean areBitsApart(Field one, Field other) {
        return one.form() instanceof Form.Bits bits
                && other.form() instanceof Form.Bits others
                && (bits.mask() & others.mask()) == 0;
    }

    private void refuseMissing(Node.Place place) throws TemplateException {
        for (var content : model.contents().entrySet()) {
            boolean wanted =
                    switch (content.getValue()) {
                        case Content.Telemetry _, Content.Command _ -> true;
                        case Content.Property property -> property.writable();
                    };
            if (wanted && !fields.containsKey(content.getKey()) && !commands.containsKey(content.getKey())) {
                throw place.refuse("the model's \"" + content.getKey() + "\" has no field here");
            }
        }
    }

    private List<Span> readable() throws TemplateException {
        List<Span> ranges = new ArrayList<>();
        Optional<Node> said = mapping.optional("readable");
        if (said.isEmpty()) {
            return ranges;
        }
        for (Node node : said.get().asItems("readable")) {
            Span range = range(node);
            boolean covers = false;
            for (Field field : fields.values()) {
                if (range.overlaps(field.span()) && !range.covers(field.span())) {
                    throw node.place().refuse("the range ends within \"" + field.name() + "\" (" + field.span() + ")");
                }
                covers |= range.covers(field.span());
            }
            if (!covers) {
                throw node.place().refuse("no field lies in this range: is its address counted from 0?");
            }
            if (ranges.stream().anyMatch(range::overlaps) || ranges.size() >= MOST_RANGES) {
                throw node.place().refuse("at most " + MOST_RANGES + " ranges, none overlapping another");
            }
            ranges.add(range);
        }
        return ranges;
    }

    private static Span range(Node node) throws TemplateException {
        Matcher parts = RANGE.matcher(node.asText("readable"));
        Optional<Space> space = parts.matches() ? Space.named(parts.group(1)) : Optional.empty();
        if (space.isEmpty()) {
            throw node.place().refuse("a readable range has the form input:0-80, both ends included");
        }
        int first = Integer.parseInt(parts.group(2));
        try {
            return new Span(space.get(), first, Integer.parseInt(parts.group(3)) - first + 1);
        } catch (IllegalArgumentException e) {
            throw node.place().refuse(String.valueOf(e.getMessage()));
        }
    }

    private Duration duration(String key, Duration least, Duration otherwise) throws TemplateException {
        Optional<Node> said = mapping.optional(key);
        return said.isPresent() ? said.get().asDuration(key, least, LONGEST_TIMEOUT) : otherwise;
    }

    private RegisterMap.Writing writing() throws TemplateException {
        Optional<Node> said = mapping.optional("write");
        if (said.isEmpty()) {
            return RegisterMap.Writing.SINGLE;
        }
        return switch (said.get().asText("write")) {
            case "single" -> RegisterMap.Writing.SINGLE;
            case "multiple" -> RegisterMap.Writing.MULTIPLE;
            case "read-write" -> RegisterMap.Writing.READ_WRITE;
            default -> throw said.get().place().refuse("\"write\" is single, multiple or read-write");
        };
    }

    private RegisterMap.Identity identity(WordOrder usual) throws TemplateException {
        var facts = new LinkedHashMap<String, Field>();
        var device = RegisterMap.Identification.UNKNOWN;
        Optional<Node> said = mapping.optional("identity");
        if (said.isPresent()) {
            Node.Members identity = said.get().asMembers("identity");
            identity.only(Stream.concat(FACTS.stream(), Stream.of("device")).collect(Collectors.toSet()));
            for (var each : identity.all().entrySet()) {
                if (each.getKey().equals("device")) {
                    device = each.getValue().asFlag("device")
                            ? RegisterMap.Identification.YES
                            : RegisterMap.Identification.NO;
                } else {
                    if (each.getValue() instanceof Node.Members members) {
                        members.only(FieldReader.KEYS);
                    }
                    facts.put(
                            each.getKey(),
                            new FieldReader(each.getKey(), each.getValue(), usual).read(Optional.empty()));
                }
            }
        }
        return new RegisterMap.Identity(device, facts);
    }
}
