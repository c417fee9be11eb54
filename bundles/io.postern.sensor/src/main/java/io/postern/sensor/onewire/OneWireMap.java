// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.onewire;

import io.postern.sensor.Model;
import io.postern.sensor.Node;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import java.util.Map;
import java.util.Set;

/**
 * The mapping of a template whose driver is {@code onewire}: which family of chips, and the field of the temperature.
 *
 * @param family the first two digits of the ROM id: 28 for the DS18B20
 * @param field in degrees Celsius
 */
public record OneWireMap(String family, String field) {
    /** Families of the kernel's w1_therm whose scratchpad reads alike, and their chips. */
    public static final Map<String, String> FAMILIES = Map.of("22", "DS1822", "28", "DS18B20", "42", "DS28EA00");

    /** @throws TemplateException with the line of what cannot be used */
    public static OneWireMap of(Template template) throws TemplateException {
        Node.Members mapping = template.mapping();
        mapping.only(Set.of("family", "temperature"));
        String family = mapping.text("family");
        if (!FAMILIES.containsKey(family)) {
            throw mapping.need("family")
                    .place()
                    .refuse("\"family\" is one of "
                            + String.join(
                                    ", ", FAMILIES.keySet().stream().sorted().toList()));
        }
        String field = mapping.text("temperature");
        boolean fits =
                template.model().contents().get(field) instanceof Model.Content.Telemetry(Model.Schema schema, String _)
                        && (schema == Model.Schema.DOUBLE || schema == Model.Schema.FLOAT);
        if (!fits) {
            throw mapping.need("temperature").place().refuse("\"" + field + "\" is no double telemetry of the model");
        }
        return new OneWireMap(family, field);
    }
}
