// SPDX-License-Identifier: Apache-2.0
package org.example.sdi12;

import io.postern.sensor.Model.Content;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.Node;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code mapping} of a template for SDI-12: {@code "fields": {"temperature": "RC0:2"}} is the second value of the answer to
 * the command RC0.
 */
record Sdi12Mapping(Map<String, Place> fields) {
    /** @param index of the value in the answer, counted from 1 */
    record Place(String command, int index) {}

    // spec: SDI-12 1.4, 4.4.13: concurrent values with a check sum, R0 to R9; an answer has at most 20 values
    private static final Pattern PLACE = Pattern.compile("(RC[0-9]):([1-9]|1[0-9]|20)");

    static Sdi12Mapping of(Template template) throws TemplateException {
        Node.Members mapping = template.mapping();
        mapping.only(Set.of("fields"));
        Map<String, Place> fields = new LinkedHashMap<>();
        for (var field : mapping.members("fields").all().entrySet()) {
            Node node = field.getValue();
            checkModel(template, field.getKey(), node);
            Matcher parts = PLACE.matcher(node.asText(field.getKey()));
            if (!parts.matches()) {
                throw node.place().refuse("\"" + field.getKey() + "\" has the form RC0:1, command and value");
            }
            var place = new Place(parts.group(1), Integer.parseInt(parts.group(2)));
            if (fields.containsValue(place)) {
                throw node.place().refuse("two fields are " + place.command() + ":" + place.index());
            }
            fields.put(field.getKey(), place);
        }
        for (String name : template.model().contents().keySet()) {
            if (!fields.containsKey(name)) {
                throw mapping.place().refuse("the model's \"" + name + "\" has no field here");
            }
        }
        return new Sdi12Mapping(Map.copyOf(fields));
    }

    private static void checkModel(Template template, String name, Node node) throws TemplateException {
        boolean fits = template.model().contents().get(name) instanceof Content.Telemetry(Schema schema, String _)
                && (schema == Schema.DOUBLE || schema == Schema.FLOAT);
        if (!fits) {
            throw node.place().refuse("\"" + name + "\" is not telemetry of schema double or float in the model");
        }
    }
}
