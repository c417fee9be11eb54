// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.pins;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import io.postern.sensor.Node;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The mapping of a template whose driver is {@code gpio}: what one pin is, and which of its facts are fields. Levels are
 * logical: active or not, after {@code activeLow}.
 *
 * @param debounce how long a level must stand before it counts; zero for none
 * @param edge which edges a counter counts
 * @param safe an output's state when nobody says otherwise
 * @param orders how long an order to an output holds when no other comes; empty for ever
 * @param keep how often at most a count is written down, so how much of it a power cut can take
 */
public record PinMap(
        Role role,
        Bias bias,
        boolean activeLow,
        Duration debounce,
        Edge edge,
        boolean safe,
        Optional<Duration> orders,
        Duration keep,
        SequencedMap<String, Field> fields) {
    /** What a pin is for. */
    public enum Role {
        INPUT,
        COUNTER,
        OUTPUT,
        /** An input that is active while something stands open which should not. */
        TAMPER
    }

    /** The resistor of the chip, if it has any. */
    public enum Bias {
        AS_IS,
        PULL_UP,
        PULL_DOWN,
        DISABLED
    }

    public enum Edge {
        /** Towards active. */
        ACTIVE,
        INACTIVE,
        BOTH
    }

    /** A fact that a pin can show. */
    public enum Fact {
        /** Active or not. */
        STATE,
        /** The edges that were counted, since ever. */
        COUNT,
        /** Counted edges a second, from the time between the last two. */
        RATE,
        /** Of {@link #COUNT} those that came faster than they could be read; the kernel's numbers tell them. */
        MISSED,
        /** Has been open; stays until {@code false} is written. */
        TAMPERED,
        /** In a word: {@code open} now, {@code opened} and not seen to, or {@code none}. */
        ALARM
    }

    /** @param scale the unit of the field for one edge, or one edge a second */
    public record Field(Fact fact, OptionalDouble scale) {}

    /** What a pin shows at one moment; {@code rate} is empty until two edges have come. */
    public record Facts(boolean active, long count, long missed, OptionalDouble rate, boolean tampered) {}

    private static final double MOST_SCALE = 1e9; // a gigawatt hour in watt hours
    private static final Duration LONGEST_DEBOUNCE = Duration.ofSeconds(1);
    private static final Duration SHORTEST_KEEP = Duration.ofSeconds(1); // each is a synced write: flash wears out
    private static final Duration DEFAULT_KEEP = Duration.ofSeconds(10);
    private static final Set<String> KNOWN =
            Set.of("as", "bias", "activeLow", "debounce", "edge", "safe", "orders", "keep", "fields");
    private static final Map<String, Role> ROLES =
            Map.of("input", Role.INPUT, "counter", Role.COUNTER, "output", Role.OUTPUT, "tamper", Role.TAMPER);
    private static final Map<String, Bias> BIASES = Map.of(
            "as-is", Bias.AS_IS, "pull-up", Bias.PULL_UP, "pull-down", Bias.PULL_DOWN, "disabled", Bias.DISABLED);
    private static final Map<String, Edge> EDGES =
            Map.of("active", Edge.ACTIVE, "inactive", Edge.INACTIVE, "both", Edge.BOTH);
    private static final Map<String, Fact> FACTS = Map.of(
            "state",
            Fact.STATE,
            "count",
            Fact.COUNT,
            "rate",
            Fact.RATE,
            "missed",
            Fact.MISSED,
            "tampered",
            Fact.TAMPERED,
            "alarm",
            Fact.ALARM);

    public PinMap {
        fields = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
    }

    /** @throws TemplateException with the line of what cannot be used */
    public static PinMap of(Template template) throws TemplateException {
        Node.Members mapping = template.mapping();
        mapping.only(KNOWN);
        Role role = word(mapping.need("as"), "as", ROLES);
        refuseUnless(role == Role.OUTPUT, mapping, List.of("safe", "orders"), "for an output only");
        refuseUnless(role == Role.COUNTER, mapping, List.of("edge"), "for a counter only");
        refuseUnless(role != Role.OUTPUT, mapping, List.of("debounce", "keep"), "not for an output");
        Optional<Node> bias = mapping.optional("bias");
        Optional<Node> edge = mapping.optional("edge");
        Optional<Node> orders = mapping.optional("orders");
        return new PinMap(
                role,
                bias.isPresent() ? word(bias.get(), "bias", BIASES) : Bias.AS_IS,
                flag(mapping, "activeLow"),
                duration(mapping, "debounce", Duration.ZERO, LONGEST_DEBOUNCE, Duration.ZERO),
                edge.isPresent() ? word(edge.get(), "edge", EDGES) : Edge.ACTIVE,
                flag(mapping, "safe"),
                orders.isPresent()
                        ? Optional.of(orders.get().asDuration("orders", Duration.ofSeconds(1), Duration.ofDays(7)))
                        : Optional.empty(),
                duration(mapping, "keep", SHORTEST_KEEP, Duration.ofHours(1), DEFAULT_KEEP),
                fields(template.model(), mapping.members("fields"), role));
    }

    /** The fields of what the pin shows. */
    public SequencedMap<String, Measurement> measure(Facts facts) {
        var values = new LinkedHashMap<String, Measurement>();
        fields.forEach((name, field) -> {
            switch (field.fact()) {
                case STATE -> values.put(name, new Measurement.Flag(facts.active()));
                case COUNT -> values.put(name, counted(field, facts.count()));
                case MISSED -> values.put(name, counted(field, facts.missed()));
                case RATE ->
                    facts.rate()
                            .ifPresent(rate -> values.put(
                                    name,
                                    new Measurement.Quantity(
                                            rate * field.scale().orElse(1))));
                case TAMPERED -> values.put(name, new Measurement.Flag(facts.tampered()));
                case ALARM ->
                    values.put(
                            name, new Measurement.Text(facts.active() ? "open" : facts.tampered() ? "opened" : "none"));
            }
        });
        return values;
    }

    private static Measurement counted(Field field, long count) {
        return field.scale().isPresent()
                ? new Measurement.Quantity(BigDecimal.valueOf(field.scale().getAsDouble())
                        .multiply(BigDecimal.valueOf(count))
                        .doubleValue()) // 0.001 each makes 5.123, not 5.1230000000000002
                : new Measurement.Count(count);
    }

    /**
     * The count at which {@code field} shows {@code value}: a meter's reading when it is connected.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static long count(Field field, Measurement value) {
        double count =
                switch (value) {
                    case Measurement.Count(long whole) -> whole / field.scale().orElse(1);
                    case Measurement.Quantity(double quantity) ->
                        quantity / field.scale().orElse(1);
                    case Measurement.Flag _, Measurement.Text _ ->
                        throw new IllegalArgumentException("a count is a number");
                };
        if (count < 0 || count > 1L << 53) {
            throw new IllegalArgumentException("a count is 0 or more, not " + count);
        }
        return Math.round(count);
    }

    private static SequencedMap<String, Field> fields(Model model, Node.Members members, Role role)
            throws TemplateException {
        var fields = new LinkedHashMap<String, Field>();
        for (var member : members.all().entrySet()) {
            Node node = member.getValue();
            Model.Content content = model.contents().get(member.getKey());
            if (content == null) {
                throw node.place().refuse("\"" + member.getKey() + "\" is no telemetry and no property of the model");
            }
            Field field = field(node);
            check(node, field, role);
            switch (content) {
                case Model.Content.Telemetry(Model.Schema schema, String _) -> fits(node, field, schema);
                case Model.Content.Property(Model.Schema schema, String _, boolean writable) -> {
                    fits(node, field, schema);
                    writable(node, field, role, writable);
                }
                case Model.Content.Command _ ->
                    throw node.place().refuse("\"" + member.getKey() + "\" is a command, and a pin carries out none");
            }
            fields.put(member.getKey(), field);
        }
        if (fields.isEmpty()) {
            throw members.place().refuse("a pin without any field shows nothing");
        }
        return fields;
    }

    private static Field field(Node node) throws TemplateException {
        if (!(node instanceof Node.Members members)) {
            return new Field(word(node, "the fact of a field", FACTS), OptionalDouble.empty());
        }
        members.only(Set.of("from", "scale"));
        double scale = members.need("scale").asNumber("scale").doubleValue();
        if (!(scale > 0 && scale <= MOST_SCALE)) {
            throw members.need("scale").place().refuse("\"scale\" is above 0 and at most " + MOST_SCALE);
        }
        return new Field(word(members.need("from"), "from", FACTS), OptionalDouble.of(scale));
    }

    private static void check(Node node, Field field, Role role) throws TemplateException {
        boolean fits =
                switch (field.fact()) {
                    case STATE -> field.scale().isEmpty();
                    case COUNT, MISSED -> role != Role.OUTPUT;
                    case RATE -> role == Role.COUNTER;
                    case TAMPERED, ALARM -> role == Role.TAMPER && field.scale().isEmpty();
                };
        if (!fits) {
            throw node.place()
                    .refuse(
                            "no such fact of a pin that is "
                                    + role.name().toLowerCase(java.util.Locale.ROOT)
                                    + "; counters have count, rate and missed, tamper contacts tampered and alarm; only numbers scale");
        }
    }

    private static void fits(Node node, Field field, Model.Schema schema) throws TemplateException {
        boolean flag = field.fact() == Fact.STATE || field.fact() == Fact.TAMPERED;
        boolean text = field.fact() == Fact.ALARM;
        boolean real = field.fact() == Fact.RATE || field.scale().isPresent();
        boolean fits =
                switch (schema) {
                    case BOOLEAN -> flag;
                    case INTEGER, LONG -> !flag && !real && !text;
                    case DOUBLE, FLOAT -> real;
                    case STRING -> text;
                };
        if (!fits) {
            throw node.place()
                    .refuse(
                            "the schema does not fit: state and tampered are boolean, alarm is string, counts are long, scaled values double");
        }
    }

    private static void writable(Node node, Field field, Role role, boolean writable) throws TemplateException {
        boolean can =
                switch (field.fact()) {
                    case STATE -> role == Role.OUTPUT;
                    case COUNT, TAMPERED -> true;
                    case RATE, MISSED, ALARM -> false;
                };
        if (writable && !can) {
            throw node.place().refuse("this cannot be written, yet the model says so");
        }
    }

    private static <T> T word(Node node, String name, Map<String, T> words) throws TemplateException {
        T word = words.get(node.asText(name));
        if (word == null) {
            throw node.place()
                    .refuse("\"" + name + "\" is one of "
                            + String.join(", ", words.keySet().stream().sorted().toList()));
        }
        return word;
    }

    private static boolean flag(Node.Members mapping, String name) throws TemplateException {
        Optional<Node> node = mapping.optional(name);
        return node.isPresent() && node.get().asFlag(name);
    }

    private static Duration duration(
            Node.Members mapping, String name, Duration least, Duration most, Duration otherwise)
            throws TemplateException {
        Optional<Node> node = mapping.optional(name);
        return node.isPresent() ? node.get().asDuration(name, least, most) : otherwise;
    }

    private static void refuseUnless(boolean allowed, Node.Members mapping, List<String> names, String why)
            throws TemplateException {
        for (String name : names) {
            Optional<Node> node = mapping.optional(name);
            if (!allowed && node.isPresent()) {
                throw node.get().place().refuse("\"" + name + "\" is " + why);
            }
        }
    }
}
