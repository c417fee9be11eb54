// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.i2c;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import io.postern.sensor.Node;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The mapping of a template whose driver is {@code i2c}: what is asked of a chip, where in its answers each field lies, and
 * the polynomial that makes a quantity of it.
 *
 * @param blocks by name, in the order they are asked
 * @param must what has to hold, or nothing of the answers counts
 * @param identity facts of the chip, shown as hexadecimal digits
 */
public record I2cMap(
        SequencedMap<String, Block> blocks,
        SequencedMap<String, Field> fields,
        List<Must> must,
        SequencedMap<String, Value> identity) {
    private static final int MOST_TERMS = 5; // no common chip needs more than a quartic
    private static final int MOST_BLOCKS = 32;

    /** A field's value: the polynomial of the number at {@code value}, lowest term first. */
    public record Field(Value value, List<Term> polynomial, OptionalLong none, boolean whole) {}

    /** A coefficient: a constant, or the chip's own number times {@code factor}. */
    public record Term(double factor, Optional<Value> calibration) {}

    /** @param otherwise what it means when the value is another, in words for a technician */
    public record Must(Value value, long is, String otherwise) {}

    public I2cMap {
        blocks = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(blocks));
        fields = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
        must = List.copyOf(must);
        identity = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(identity));
    }

    /** @throws TemplateException with the line of what cannot be used */
    public static I2cMap of(Template template) throws TemplateException {
        Node.Members mapping = template.mapping();
        mapping.only(Set.of("blocks", "fields", "must", "identity"));
        var blocks = new LinkedHashMap<String, Block>();
        for (var member : mapping.members("blocks").all().entrySet()) {
            blocks.put(member.getKey(), Block.of(member.getValue(), member.getKey()));
        }
        if (blocks.size() > MOST_BLOCKS) {
            throw mapping.need("blocks").place().refuse("at most " + MOST_BLOCKS + " blocks");
        }
        var fields = new LinkedHashMap<String, Field>();
        for (var member : mapping.members("fields").all().entrySet()) {
            fields.put(member.getKey(), field(member.getKey(), member.getValue(), blocks, template.model()));
        }
        if (fields.isEmpty()) {
            throw mapping.need("fields").place().refuse("a chip without any field shows nothing");
        }
        var must = new ArrayList<Must>();
        if (mapping.optional("must").isPresent()) {
            for (Node node : mapping.items("must")) {
                must.add(must(node.asMembers("must"), blocks));
            }
        }
        var identity = new LinkedHashMap<String, Value>();
        if (mapping.optional("identity").isPresent()) {
            for (var member : mapping.members("identity").all().entrySet()) {
                identity.put(member.getKey(), Value.of(member.getValue(), blocks));
            }
        }
        return new I2cMap(blocks, fields, must, identity);
    }

    private static Field field(String name, Node node, Map<String, Block> blocks, Model model)
            throws TemplateException {
        Model.Schema schema =
                switch (model.contents().get(name)) {
                    case Model.Content.Telemetry(Model.Schema of, String _) -> of;
                    case Model.Content.Property(Model.Schema of, String _, boolean writable) when !writable -> of;
                    case null, default ->
                        throw node.place()
                                .refuse("\"" + name + "\" is no telemetry and no read-only property of the model");
                };
        boolean whole =
                switch (schema) {
                    case INTEGER, LONG -> true;
                    case DOUBLE, FLOAT -> false;
                    case BOOLEAN, STRING -> throw node.place().refuse("a field of a chip is a number");
                };
        Value value = Value.of(node, blocks);
        if (Objects.requireNonNull(blocks.get(value.block())).once()) {
            throw node.place()
                    .refuse("block \"" + value.block() + "\" is read once; a field needs one that is read each time");
        }
        List<Term> terms = node instanceof Node.Members members ? terms(members, blocks) : linear(0, 1);
        Optional<Node> none = node instanceof Node.Members members ? members.optional("none") : Optional.empty();
        OptionalLong nothing = none.isPresent()
                ? OptionalLong.of(Value.octets(none.get(), "none", 0xFFFF_FFFFL))
                : OptionalLong.empty();
        return new Field(value, terms, nothing, whole);
    }

    private static List<Term> terms(Node.Members members, Map<String, Block> blocks) throws TemplateException {
        var known = new java.util.HashSet<>(Value.MEMBERS);
        known.addAll(Set.of("scale", "offset", "polynomial", "none"));
        members.only(known);
        Optional<Node> polynomial = members.optional("polynomial");
        if (polynomial.isEmpty()) {
            return linear(number(members, "offset", 0), number(members, "scale", 1));
        }
        if (members.optional("scale").isPresent() || members.optional("offset").isPresent()) {
            throw polynomial
                    .get()
                    .place()
                    .refuse("scale and offset are the first two terms of a polynomial: give one or the other");
        }
        var terms = new ArrayList<Term>();
        for (Node node : polynomial.get().asItems("polynomial")) {
            if (node instanceof Node.Members term) {
                var names = new java.util.HashSet<>(Value.MEMBERS);
                names.add("scale");
                term.only(names);
                terms.add(new Term(number(term, "scale", 1), Optional.of(Value.of(term, blocks))));
            } else {
                terms.add(new Term(node.asNumber("polynomial").doubleValue(), Optional.empty()));
            }
        }
        if (terms.isEmpty() || terms.size() > MOST_TERMS) {
            throw polynomial.get().place().refuse("a polynomial has 1 to " + MOST_TERMS + " terms");
        }
        return List.copyOf(terms);
    }

    private static double number(Node.Members members, String name, double otherwise) throws TemplateException {
        Optional<Node> node = members.optional(name);
        return node.isPresent() ? node.get().asNumber(name).doubleValue() : otherwise;
    }

    private static List<Term> linear(double offset, double scale) {
        return List.of(new Term(offset, Optional.empty()), new Term(scale, Optional.empty()));
    }

    private static Must must(Node.Members members, Map<String, Block> blocks) throws TemplateException {
        var known = new java.util.HashSet<>(Value.MEMBERS);
        known.addAll(Set.of("is", "else"));
        members.only(known);
        return new Must(
                Value.of(members, blocks), Value.octets(members.need("is"), "is", 0xFFFF_FFFFL), members.text("else"));
    }

    /**
     * What the chip shows.
     *
     * @param answers by block, without check octets; all that the fields, their calibration and {@code must} speak of
     * @throws IOException when something that must hold does not
     */
    public SequencedMap<String, Measurement> decode(Map<String, byte[]> answers) throws IOException {
        for (Must each : must) {
            if (number(each.value(), answers) != each.is()) {
                throw new IOException(each.otherwise());
            }
        }
        var values = new LinkedHashMap<String, Measurement>();
        for (var each : fields.entrySet()) {
            Field field = each.getValue();
            long raw = number(field.value(), answers);
            if (field.none().isPresent() && field.none().getAsLong() == raw) {
                continue;
            }
            double value = 0;
            for (Term term : field.polynomial().reversed()) {
                value = value * raw + coefficient(term, answers);
            }
            if (!Double.isFinite(value)) {
                throw new IOException("\"" + each.getKey() + "\" comes out beyond any number; are its factors right?");
            }
            values.put(
                    each.getKey(),
                    field.whole() ? new Measurement.Count(Math.round(value)) : new Measurement.Quantity(value));
        }
        return values;
    }

    private static double coefficient(Term term, Map<String, byte[]> answers) throws IOException {
        return term.calibration().isEmpty()
                ? term.factor()
                : term.factor() * number(term.calibration().get(), answers);
    }

    private static long number(Value value, Map<String, byte[]> answers) throws IOException {
        byte[] data = answers.get(value.block());
        if (data == null) {
            throw new IOException("block \"" + value.block() + "\" was not read");
        }
        return value.in(data);
    }

    /** What the chip says of itself, from answers as {@link #decode} takes them. */
    public SequencedMap<String, String> identify(Map<String, byte[]> answers) throws IOException {
        var facts = new LinkedHashMap<String, String>();
        for (var each : identity.entrySet()) {
            Value value = each.getValue();
            facts.put(each.getKey(), String.format("%0" + value.octets() * 2 + "x", number(value, answers)));
        }
        return facts;
    }

    /**
     * The answers of a chip that shows {@code values}, the inverse of {@link #decode} for fields with a line as their
     * polynomial: for simulators.
     *
     * @throws IllegalArgumentException when a value does not fit the chip, or its field has no line
     */
    public SequencedMap<String, byte[]> encode(Map<String, Double> values) {
        var answers = new LinkedHashMap<String, byte[]>();
        blocks.forEach((name, block) -> answers.put(name, new byte[block.length()]));
        must.forEach(each ->
                each.value().put(Objects.requireNonNull(answers.get(each.value().block())), each.is()));
        values.forEach((name, value) -> {
            Field field = fields.get(name);
            if (field == null
                    || field.polynomial().size() != 2
                    || field.polynomial().stream()
                            .anyMatch(term -> term.calibration().isPresent())) {
                throw new IllegalArgumentException("\"" + name + "\" is no field with a line as its polynomial");
            }
            double raw = (value - field.polynomial().getFirst().factor())
                    / field.polynomial().getLast().factor();
            field.value().put(Objects.requireNonNull(answers.get(field.value().block())), Math.round(raw));
        });
        return answers;
    }
}
