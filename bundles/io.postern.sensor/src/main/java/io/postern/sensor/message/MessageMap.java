// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.message;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import io.postern.sensor.Node;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObjectBuilder;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The mapping of a template whose driver is {@code mqtt}: where in the JSON object that an instrument publishes each field
 * lies. What type a field has is the model's affair. Nothing is guessed: a text with digits is no number.
 *
 * @param fields by name
 */
public record MessageMap(SequencedMap<String, Field> fields) {
    /** Octets of a message; a sensor says a hundred. */
    public static final int MOST_OCTETS = 16 << 10;

    /** Braces and brackets within one another. */
    public static final int DEEPEST = 8;

    private static final int MOST_FIELDS = 250; // as many as other drivers' mappings have
    private static final int LONGEST_PATH = 256; // characters
    private static final int LONGEST_TEXT = 256; // characters of a value

    /**
     * One field.
     *
     * @param path the names of the members that lead to it, from the outermost
     */
    public record Field(List<String> path, Model.Schema schema, boolean writable) {
        public Field {
            path = List.copyOf(path);
        }
    }

    /**
     * What a message says.
     *
     * @param values at least one
     * @param leftOut for each field that should be there and cannot be used: which and why
     */
    public record Taken(SequencedMap<String, Measurement> values, List<String> leftOut) {
        public Taken {
            values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
            leftOut = List.copyOf(leftOut);
        }
    }

    public MessageMap {
        fields = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
    }

    /** @throws TemplateException with the line of what cannot be used */
    public static MessageMap of(Template template) throws TemplateException {
        template.mapping().only(Set.of("fields"));
        Node.Members members = template.mapping().members("fields");
        if (members.all().isEmpty() || members.all().size() > MOST_FIELDS) {
            throw members.place().refuse("\"fields\" has 1 to " + MOST_FIELDS + " members");
        }
        var fields = new LinkedHashMap<String, Field>();
        for (var member : members.all().entrySet()) {
            fields.put(member.getKey(), field(member.getKey(), member.getValue(), template.model()));
        }
        return new MessageMap(fields);
    }

    private static Field field(String name, Node node, Model model) throws TemplateException {
        List<String> path = path(node);
        return switch (model.contents().get(name)) {
            case Model.Content.Telemetry(Model.Schema schema, String _) -> new Field(path, schema, false);
            case Model.Content.Property(Model.Schema schema, String _, boolean writable) ->
                new Field(path, schema, writable);
            case Model.Content.Command _ ->
                throw node.place()
                        .refuse("\"" + Shown.of(name) + "\" is a command, and a message carries none; a writable"
                                + " property can be set");
            case null ->
                throw node.place().refuse("\"" + Shown.of(name) + "\" is no telemetry and no property of the model");
        };
    }

    private static List<String> path(Node node) throws TemplateException {
        String path = node.asText("the path of a field");
        List<String> names = List.of(path.split("\\.", -1));
        if (path.length() > LONGEST_PATH || names.contains("") || names.size() > DEEPEST) {
            throw node.place()
                    .refuse("a path is one to " + DEEPEST + " names with dots between them and at most " + LONGEST_PATH
                            + " characters, such as env.rh");
        }
        return names;
    }

    /**
     * Reads a published message. A member that is {@code null} is an instrument's way to say "no value".
     *
     * @throws IllegalArgumentException when there is nothing in it that can be used
     */
    public Taken decode(Bytes payload) {
        Node.Members message = parse(payload);
        var values = new LinkedHashMap<String, Measurement>();
        List<String> leftOut = new ArrayList<>();
        for (Map.Entry<String, Field> field : fields.entrySet()) {
            String place =
                    field.getKey() + " (" + String.join(".", field.getValue().path()) + ")";
            Optional<Node> said = find(message, field.getValue().path());
            if (said.isEmpty()) {
                leftOut.add(place + " is missing");
            } else if (!(said.get() instanceof Node.Nothing)) {
                Optional<Measurement> value =
                        measure(said.get(), field.getValue().schema());
                value.ifPresent(fits -> values.put(field.getKey(), fits));
                if (value.isEmpty()) {
                    leftOut.add(place + " is not " + wanted(field.getValue().schema()));
                }
            }
        }
        if (values.isEmpty()) {
            throw new IllegalArgumentException("the message has no field that can be used"
                    + (leftOut.isEmpty() ? ", only null" : ": " + String.join(", ", leftOut)));
        }
        return new Taken(values, leftOut);
    }

    private static Node.Members parse(Bytes payload) {
        if (payload.length() > MOST_OCTETS) {
            throw new IllegalArgumentException(
                    "the message has " + payload.length() + " octets, at most " + MOST_OCTETS + " are read");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload.toArray()))
                    .toString();
            if (text.isBlank()) {
                throw new IllegalArgumentException("the message is empty; a JSON object is needed");
            }
            Node.Members message = Node.parse("message", text);
            if (isDeeper(message, DEEPEST)) {
                throw new IllegalArgumentException("the message nests deeper than " + DEEPEST);
            }
            return message;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the message is not UTF-8", e);
        } catch (TemplateException e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
        }
    }

    private static boolean isDeeper(Node node, int left) {
        return switch (node) {
            case Node.Members members ->
                left == 0 || members.all().values().stream().anyMatch(each -> isDeeper(each, left - 1));
            case Node.Items items -> left == 0 || items.items().stream().anyMatch(each -> isDeeper(each, left - 1));
            case Node.Text _, Node.Number _, Node.Flag _, Node.Nothing _ -> false;
        };
    }

    private static Optional<Node> find(Node.Members message, List<String> path) {
        Optional<Node> found = Optional.of(message);
        for (String name : path) {
            found = found.flatMap(node -> node instanceof Node.Members inner ? inner.optional(name) : Optional.empty());
        }
        return found;
    }

    private static Optional<Measurement> measure(Node node, Model.Schema schema) {
        return switch (schema) {
            case DOUBLE, FLOAT ->
                node instanceof Node.Number(Node.Place _, BigDecimal value) && Double.isFinite(value.doubleValue())
                        ? Optional.of(new Measurement.Quantity(value.doubleValue()))
                        : Optional.empty();
            case INTEGER -> whole(node, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case LONG -> whole(node, Long.MIN_VALUE, Long.MAX_VALUE);
            case BOOLEAN ->
                node instanceof Node.Flag(Node.Place _, boolean value)
                        ? Optional.of(new Measurement.Flag(value))
                        : Optional.empty();
            case STRING ->
                node instanceof Node.Text(Node.Place _, String value) && value.length() <= LONGEST_TEXT
                        ? Optional.of(new Measurement.Text(value))
                        : Optional.empty();
        };
    }

    private static Optional<Measurement> whole(Node node, long least, long most) {
        if (!(node instanceof Node.Number(Node.Place _, BigDecimal value))
                || value.stripTrailingZeros().scale() > 0
                || value.compareTo(BigDecimal.valueOf(least)) < 0
                || value.compareTo(BigDecimal.valueOf(most)) > 0) {
            return Optional.empty();
        }
        return Optional.of(new Measurement.Count(value.longValueExact()));
    }

    private static String wanted(Model.Schema schema) {
        return switch (schema) {
            case DOUBLE, FLOAT -> "a number";
            case INTEGER -> "a whole number of 32 bits";
            case LONG -> "a whole number of 64 bits";
            case BOOLEAN -> "true or false";
            case STRING -> "a text of at most " + LONGEST_TEXT + " characters";
        };
    }

    /**
     * The message by which {@code field} is set: an object with that one member.
     *
     * @throws IllegalArgumentException when it cannot be written, or not with this value
     */
    public Bytes encode(String field, Measurement value) {
        Field known = fields.get(field);
        if (known == null || !known.writable()) {
            throw new IllegalArgumentException(
                    "\"" + Shown.of(field) + "\" is no writable property of this instrument");
        }
        JsonObjectBuilder message = Json.object();
        switch (value) {
            case Measurement.Quantity(double number)
            when known.schema() == Model.Schema.DOUBLE || known.schema() == Model.Schema.FLOAT ->
                message.add(field, number);
            case Measurement.Count(long number) when isNumber(known.schema(), number) -> message.add(field, number);
            case Measurement.Flag(boolean flag) when known.schema() == Model.Schema.BOOLEAN -> message.add(field, flag);
            case Measurement.Text(String text)
            when known.schema() == Model.Schema.STRING && text.length() <= LONGEST_TEXT -> message.add(field, text);
            default -> throw new IllegalArgumentException("\"" + field + "\" takes " + wanted(known.schema()));
        }
        return Bytes.utf8(message.build().toString());
    }

    private static boolean isNumber(Model.Schema schema, long number) {
        return switch (schema) {
            case DOUBLE, FLOAT, LONG -> true;
            case INTEGER -> number == (int) number;
            case BOOLEAN, STRING -> false;
        };
    }
}
