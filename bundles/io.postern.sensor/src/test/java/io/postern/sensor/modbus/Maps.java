// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.sensor.Model;
import io.postern.sensor.Model.Content;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.Node;
import io.postern.sensor.TemplateException;
import io.postern.wire.ModelId;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;

/** Register maps for tests, from a mapping and a model in a few words. */
final class Maps {
    private Maps() {}

    /** @param model such as {@code "voltage double, relay boolean writable, reset command, setClock command long, serial string property"} */
    static RegisterMap map(String mapping, String model) throws TemplateException {
        return RegisterMap.of(Node.parse("meter.json", mapping), model(model));
    }

    static Model model(String text) {
        SequencedMap<String, Content> contents = new LinkedHashMap<>();
        for (String each : text.split(", ")) {
            String[] words = each.split(" ");
            contents.put(words[0], content(words));
        }
        return new Model(ModelId.of("dtmi:io:postern:test;1"), "Test", contents);
    }

    private static Content content(String[] words) {
        if (words[1].equals("command")) {
            return new Content.Command(
                    words.length == 2
                            ? Optional.empty()
                            : Optional.of(Schema.valueOf(words[2].toUpperCase(Locale.ROOT))));
        }
        Schema schema = Schema.valueOf(words[1].toUpperCase(Locale.ROOT));
        return words.length == 2
                ? new Content.Telemetry(schema, "")
                : new Content.Property(schema, "", words[2].equals("writable"));
    }

    /** The one field of a mapping whose default order is {@code abcd}. */
    static Field field(String json, String schema) throws TemplateException {
        return map("{\"fields\":{\"x\":" + json + "}}", "x " + schema)
                .fields()
                .firstEntry()
                .getValue();
    }
}
