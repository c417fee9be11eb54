// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.mapping;

import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.framed.FramedMapping;
import io.postern.sensor.i2c.I2cMap;
import io.postern.sensor.mbus.MbusMapping;
import io.postern.sensor.message.MessageMap;
import io.postern.sensor.modbus.RegisterMap;
import io.postern.sensor.onewire.OneWireMap;
import io.postern.sensor.pins.PinMap;
import java.util.Optional;
import java.util.Set;

/** What the drivers that ship with Postern find in a mapping; the gateway asks its drivers instead. */
public final class Mappings {
    private Mappings() {}

    /**
     * The fields that the template's driver reads.
     *
     * @return empty when the driver is none of those that ship, and nobody here can tell
     * @throws TemplateException as the driver would, naming file and line
     */
    public static Optional<Set<String>> fields(Template template) throws TemplateException {
        return switch (template.driver()) {
            case "modbus" -> Optional.of(RegisterMap.of(template).fields().keySet());
            case "mbus" -> Optional.of(MbusMapping.of(template).fields().keySet());
            case "framed" -> Optional.of(FramedMapping.of(template).fields().keySet());
            case "gpio" -> Optional.of(PinMap.of(template).fields().keySet());
            case "i2c" -> Optional.of(I2cMap.of(template).fields().keySet());
            case "onewire" -> Optional.of(Set.of(OneWireMap.of(template).field()));
            case "mqtt" -> Optional.of(MessageMap.of(template).fields().keySet());
            default -> Optional.empty();
        };
    }
}
