// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import io.postern.sensor.Model.Content;
import io.postern.sensor.Model.Schema;
import io.postern.wire.ModelId;
import io.postern.wire.Shown;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads a DTDL interface of version 2 or 3 as far as a leaf can keep it: telemetry, properties and commands with single
 * values. Components, relationships, inheritance and composed schemas are refused, as nothing could be read for them.
 */
final class ModelReader {
    private static final String V2 = "dtmi:dtdl:context;2";
    private static final String V3 = "dtmi:dtdl:context;3";
    private static final String QUANTITIES = "dtmi:dtdl:extension:quantitativeTypes;1";

    // DTDL v2 and v3, Interface: the longest @id of an interface
    private static final int LONGEST_ID = 128;
    // DTDL v2, Interface: most contents; version 3 allows more than a telemetry message holds
    private static final int MOST_CONTENTS = 300;
    // DTDL, comment and description
    private static final int LONGEST_REMARK = 512;
    // DTDL v2, Enum: most values
    private static final int MOST_VALUES = 100;

    private static final Pattern NAME = Pattern.compile("[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?");
    private static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}");

    private static final Set<String> REMARKS = Set.of("@type", "@id", "name", "displayName", "description", "comment");
    private static final Set<Schema> NUMBERS = Set.of(Schema.DOUBLE, Schema.FLOAT, Schema.INTEGER, Schema.LONG);

    private final int version;
    private final boolean quantities;

    private ModelReader(int version, boolean quantities) {
        this.version = version;
        this.quantities = quantities;
    }

    /** @throws TemplateException naming the line and what DTDL or a leaf does not allow there */
    static Model read(Node.Members model) throws TemplateException {
        Node context = model.need("@context");
        List<String> contexts = texts(context, "@context");
        String first = contexts.isEmpty() ? "" : contexts.getFirst();
        int version =
                switch (first) {
                    case V2 -> 2;
                    case V3 -> 3;
                    default ->
                        throw context.place()
                                .refuse("\"@context\" begins with \"" + V2 + "\" or \"" + V3 + "\", not \""
                                        + Shown.of(first) + "\"");
                };
        for (String extension : contexts.subList(1, contexts.size())) {
            if (version == 2 || !extension.equals(QUANTITIES)) {
                throw context.place()
                        .refuse("the extension \"" + Shown.of(extension) + "\" is not known for DTDL " + version
                                + (version == 3 ? "; known is \"" + QUANTITIES + "\"" : "; there are none"));
            }
        }
        return new ModelReader(version, version == 2 || contexts.size() > 1).model(model);
    }

    private Model model(Node.Members model) throws TemplateException {
        model.only(Set.of("@context", "@id", "@type", "displayName", "description", "comment", "contents"));
        Node type = model.need("@type");
        if (!texts(type, "@type").equals(List.of("Interface"))) {
            throw type.place().refuse("\"@type\" of a model is \"Interface\"");
        }
        ModelId id = interfaceId(model.need("@id"));
        Optional<String> displayName = remarks(model);
        List<Node> items = model.items("contents");
        if (items.size() > MOST_CONTENTS) {
            throw model.need("contents").place().refuse("a model has at most " + MOST_CONTENTS + " contents");
        }
        var contents = new LinkedHashMap<String, Content>();
        for (Node item : items) {
            Node.Members content = item.asMembers("contents");
            Node name = content.need("name");
            if (contents.put(name(name), content(content)) != null) {
                throw name.place().refuse("two contents have the name \"" + name.asText("name") + "\"");
            }
        }
        return new Model(id, displayName.orElse(id.text()), contents);
    }

    private Content content(Node.Members content) throws TemplateException {
        Node type = content.need("@type");
        List<String> types = texts(type, "@type");
        remarks(content);
        if (types.contains("Telemetry")) {
            content.only(and("schema", "unit"));
            Schema schema = schema(content.need("schema"));
            return new Content.Telemetry(schema, unit(content, "Telemetry", schema));
        }
        if (types.contains("Property")) {
            content.only(and("schema", "unit", "writable"));
            Schema schema = schema(content.need("schema"));
            Optional<Node> writable = content.optional("writable");
            return new Content.Property(
                    schema,
                    unit(content, "Property", schema),
                    writable.isPresent() && writable.get().asFlag("writable"));
        }
        if (types.equals(List.of("Command"))) {
            content.only(version == 2 ? and("request", "response", "commandType") : and("request", "response"));
            payload(content, "response");
            return new Content.Command(payload(content, "request"));
        }
        throw type.place()
                .refuse(
                        "\"@type\" of a leaf's contents is Telemetry or Property, either with a quantity, or Command, not "
                                + Shown.of(String.join(", ", types)));
    }

    private Optional<Schema> payload(Node.Members command, String member) throws TemplateException {
        Optional<Node> node = command.optional(member);
        if (node.isEmpty()) {
            return Optional.empty();
        }
        Node.Members payload = node.get().asMembers(member);
        payload.only(and("schema"));
        name(payload.need("name"));
        remarks(payload);
        return Optional.of(schema(payload.need("schema")));
    }

    private Schema schema(Node node) throws TemplateException {
        if (node instanceof Node.Members composed) {
            return enumeration(composed);
        }
        String text = node.asText("schema");
        for (Schema schema : Schema.values()) {
            if (schema.name().toLowerCase(Locale.ROOT).equals(text)) {
                return schema;
            }
        }
        throw node.place()
                .refuse("\"schema\" of a leaf's value is "
                        + Arrays.stream(Schema.values())
                                .map(schema -> schema.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))
                        + " or an Enum, not \"" + Shown.of(text) + "\"");
    }

    /** What goes up are the values, so an enumeration of numbers is a number here. */
    private Schema enumeration(Node.Members composed) throws TemplateException {
        Node type = composed.need("@type");
        if (!texts(type, "@type").equals(List.of("Enum"))) {
            throw type.place()
                    .refuse(
                            "\"schema\" in braces is an Enum: an instrument says single values, no objects, arrays and maps");
        }
        composed.only(Set.of("@type", "@id", "displayName", "description", "comment", "valueSchema", "enumValues"));
        remarks(composed);
        Schema schema = schema(composed.need("valueSchema"));
        if (schema != Schema.INTEGER && schema != Schema.STRING) {
            throw composed.need("valueSchema").place().refuse("\"valueSchema\" is integer or string");
        }
        List<Node> values = composed.items("enumValues");
        if (values.isEmpty() || values.size() > MOST_VALUES) {
            throw composed.need("enumValues").place().refuse("an Enum has 1 to " + MOST_VALUES + " values");
        }
        var names = new ArrayList<String>();
        for (Node item : values) {
            Node.Members value = item.asMembers("enumValues");
            value.only(and("enumValue"));
            remarks(value);
            names.add(name(value.need("name")));
            Node what = value.need("enumValue");
            if (schema == Schema.INTEGER) {
                what.asWhole("enumValue", Integer.MIN_VALUE, Integer.MAX_VALUE);
            } else {
                what.asText("enumValue");
            }
        }
        if (names.stream().distinct().count() < names.size()) {
            throw composed.need("enumValues").place().refuse("two values of the Enum have one name");
        }
        return schema;
    }

    /** spec: DTDL v2, Semantic Type: with a quantity there is a unit of it and a number, without one there is no unit. */
    private String unit(Node.Members content, String kind, Schema schema) throws TemplateException {
        Node type = content.need("@type");
        List<String> others =
                texts(type, "@type").stream().filter(text -> !text.equals(kind)).toList();
        Optional<Node> unit = content.optional("unit");
        if (others.isEmpty()) {
            if (unit.isPresent()) {
                throw unit.get()
                        .place()
                        .refuse("\"unit\" needs a quantity beside " + kind + " in \"@type\", as in [\"" + kind
                                + "\", \"Voltage\"]");
            }
            return "";
        }
        String quantity = others.getFirst();
        if (others.size() > 1) {
            throw type.place().refuse("a value has one quantity, not " + Shown.of(String.join(", ", others)));
        }
        List<String> units = units(type, quantity);
        if (!NUMBERS.contains(schema)) {
            throw content.need("schema").place().refuse("a value with a quantity is double, float, integer or long");
        }
        Node stated = content.need("unit");
        String text = stated.asText("unit");
        if (!units.contains(text)) {
            throw stated.place()
                    .refuse("\"" + Shown.of(text) + "\" is no unit of " + quantity + " in DTDL " + version
                            + "; known are " + String.join(", ", units));
        }
        return text;
    }

    private List<String> units(Node type, String quantity) throws TemplateException {
        if (!quantities) {
            throw type.place().refuse("quantities of DTDL 3 need \"" + QUANTITIES + "\" in \"@context\"");
        }
        Optional<List<String>> units = Quantities.units(version, quantity);
        if (units.isEmpty()) {
            throw type.place()
                    .refuse("DTDL " + version + " has no quantity \"" + Shown.of(quantity) + "\""
                            + (Quantities.units(3, quantity).isPresent() ? ", DTDL 3 has" : "") + "; known are "
                            + String.join(", ", Quantities.all(version)));
        }
        return units.get();
    }

    /** spec: DTDL v2, Digital Twin Model Identifier. */
    private static ModelId interfaceId(Node node) throws TemplateException {
        String text = node.asText("@id");
        if (text.length() > LONGEST_ID) {
            throw node.place().refuse("\"@id\" of an interface has at most " + LONGEST_ID + " characters");
        }
        if (text.contains(":_") || text.startsWith("dtmi:dtdl:") || text.startsWith("dtmi:standard:")) {
            throw node.place()
                    .refuse(
                            "\"@id\" has a part that DTDL keeps for itself: dtmi:dtdl:, dtmi:standard:, or a part that begins with _");
        }
        try {
            return ModelId.of(text);
        } catch (IllegalArgumentException e) {
            throw node.place().refuse("\"@id\": " + e.getMessage());
        }
    }

    /** Checks the members for people that each element may have. */
    private Optional<String> remarks(Node.Members element) throws TemplateException {
        for (String remark : List.of("comment", "description")) {
            Optional<Node> node = element.optional(remark);
            if (node.isPresent()) {
                localized(node.get(), remark, LONGEST_REMARK);
            }
        }
        Optional<Node> own = element.optional("@id");
        if (own.isPresent()) {
            own.get().asText("@id");
        }
        Optional<Node> shown = element.optional("displayName");
        return shown.isPresent() ? Optional.of(localized(shown.get(), "displayName", longestName())) : Optional.empty();
    }

    /** A text, or one for each language: then the English one, or the first. */
    private static String localized(Node node, String name, int longest) throws TemplateException {
        if (node instanceof Node.Members languages && !languages.all().isEmpty()) {
            for (String language : languages.all().keySet()) {
                if (!LANGUAGE.matcher(language).matches()) {
                    throw node.place()
                            .refuse("\"" + name + "\" has texts by language, as in \"en\", not \"" + Shown.of(language)
                                    + "\"");
                }
                localized(languages.need(language), name, longest);
            }
            return languages.text(
                    languages.all().containsKey("en")
                            ? "en"
                            : languages.all().firstEntry().getKey());
        }
        String text = node.asText(name);
        if (text.length() > longest) {
            throw node.place().refuse("\"" + name + "\" has at most " + longest + " characters");
        }
        return text;
    }

    private String name(Node node) throws TemplateException {
        String text = node.asText("name");
        if (text.length() > longestName() || !NAME.matcher(text).matches()) {
            throw node.place()
                    .refuse("\"name\" is at most " + longestName()
                            + " letters, digits and underscores, a letter first and no underscore last, not \""
                            + Shown.of(text) + "\"");
        }
        return text;
    }

    private int longestName() {
        return version == 2 ? 64 : 512; // DTDL v2 and v3: name, displayName
    }

    private static List<String> texts(Node node, String name) throws TemplateException {
        if (!(node instanceof Node.Items(Node.Place _, List<Node> items))) {
            return List.of(node.asText(name));
        }
        var texts = new ArrayList<String>();
        for (Node item : items) {
            texts.add(item.asText(name));
        }
        return texts;
    }

    private static Set<String> and(String... more) {
        var known = new java.util.HashSet<>(REMARKS);
        known.addAll(List.of(more));
        return known;
    }
}
