// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import io.postern.sensor.Model.Content;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.Reporting.On;
import io.postern.wire.Shown;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads a template from its text. What belongs to the driver alone is read by the driver, from the same nodes. */
public final class TemplateReader {
    /** Most characters of a template: one with 300 fields has a third of it. */
    public static final int MOST_CHARACTERS = 1 << 18;

    static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?");

    private static final Pattern DRIVER = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final int LONGEST_TITLE = 256;
    // as the periods of leaves in configurations
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofDays(1);

    private TemplateReader() {}

    /**
     * @param file how to call the text in messages
     * @throws TemplateException naming file, line and why it cannot be used
     */
    public static Template read(String file, String json) throws TemplateException {
        if (json.length() > MOST_CHARACTERS) {
            throw new TemplateException(file, 0, "a template has at most " + MOST_CHARACTERS + " characters");
        }
        Node.Members root = Node.parse(file, json);
        root.only(Set.of(
                "template", "title", "dataSheet", "driver", "model", "report", "mapping", "simulate", "comment"));
        Model model = ModelReader.read(root.members("model"));
        return new Template(
                form(root, "template", NAME, "at most 64 small letters, digits and hyphens, no hyphen first or last"),
                line(root, "title"),
                line(root, "dataSheet"),
                model,
                form(root, "driver", DRIVER, "a driver's name, as modbus"),
                root.members("mapping"),
                reporting(root.members("report"), model),
                root.optional("simulate").isPresent()
                        ? root.members("simulate")
                        : new Node.Members(root.place(), new LinkedHashMap<>()));
    }

    private static String form(Node.Members members, String name, Pattern form, String said) throws TemplateException {
        String text = members.text(name);
        if (!form.matcher(text).matches()) {
            throw members.need(name).place().refuse("\"" + name + "\" is " + said + ", not \"" + Shown.of(text) + "\"");
        }
        return text;
    }

    private static String line(Node.Members members, String name) throws TemplateException {
        String text = members.text(name);
        if (text.isBlank() || text.length() > LONGEST_TITLE) {
            throw members.need(name)
                    .place()
                    .refuse("\"" + name + "\" is a text of 1 to " + LONGEST_TITLE + " characters");
        }
        return text;
    }

    private static Reporting reporting(Node.Members report, Model model) throws TemplateException {
        report.only(Set.of("period", "fields"));
        Duration period = period(report.need("period"));
        var rules = new LinkedHashMap<String, Reporting.Rule>();
        Optional<Node> fields = report.optional("fields");
        if (fields.isPresent()) {
            for (var field : fields.get().asMembers("fields").all().entrySet()) {
                Schema schema = schema(field.getKey(), field.getValue().place(), model);
                rules.put(field.getKey(), rule(field.getValue().asMembers(field.getKey()), schema, period));
            }
        }
        return new Reporting(period, rules);
    }

    private static Schema schema(String field, Node.Place place, Model model) throws TemplateException {
        return switch (model.contents().get(field)) {
            case Content.Telemetry(Schema schema, String _) -> schema;
            case Content.Property(Schema schema, String _, boolean _) -> schema;
            case Content.Command _ -> throw place.refuse("\"" + field + "\" is a command; there is nothing to report");
            case null -> {
                var known = new LinkedHashSet<>(model.contents().keySet());
                throw place.refuse("the model has no \"" + Shown.of(field) + "\"; it has " + String.join(", ", known));
            }
        };
    }

    private static Reporting.Rule rule(Node.Members rule, Schema schema, Duration usual) throws TemplateException {
        rule.only(Set.of("on", "period", "deadBand", "low", "high"));
        On on = rule.optional("on").isPresent() ? on(rule.need("on")) : On.PERIOD;
        OptionalDouble deadBand = number(rule, "deadBand", schema);
        OptionalDouble low = number(rule, "low", schema);
        OptionalDouble high = number(rule, "high", schema);
        if (deadBand.isPresent() && on == On.PERIOD) {
            throw rule.need("deadBand").place().refuse("\"deadBand\" needs \"on\": \"change\" or \"both\"");
        }
        if (deadBand.orElse(0) < 0) {
            throw rule.need("deadBand").place().refuse("\"deadBand\" is 0 or more");
        }
        if (low.isPresent() && high.isPresent() && low.getAsDouble() >= high.getAsDouble()) {
            throw rule.need("low").place().refuse("\"low\" is below \"high\"");
        }
        Optional<Node> period = rule.optional("period");
        return new Reporting.Rule(period.isPresent() ? period(period.get()) : usual, on, deadBand.orElse(0), low, high);
    }

    private static On on(Node node) throws TemplateException {
        String text = node.asText("on");
        return switch (text) {
            case "period" -> On.PERIOD;
            case "change" -> On.CHANGE;
            case "both" -> On.BOTH;
            default -> throw node.place().refuse("\"on\" is period, change or both, not \"" + Shown.of(text) + "\"");
        };
    }

    private static OptionalDouble number(Node.Members rule, String name, Schema schema) throws TemplateException {
        Optional<Node> node = rule.optional(name);
        if (node.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (schema == Schema.STRING || schema == Schema.BOOLEAN) {
            throw node.get()
                    .place()
                    .refuse("\"" + name + "\" is for numbers, and the model says "
                            + schema.name().toLowerCase(java.util.Locale.ROOT));
        }
        return OptionalDouble.of(node.get().asNumber(name).doubleValue());
    }

    private static Duration period(Node node) throws TemplateException {
        return node.asDuration("period", SHORTEST, LONGEST);
    }
}
