// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import io.postern.sensor.TemplateException;
import io.postern.sensor.TemplateReader;
import io.postern.sensor.i2c.Block;
import io.postern.sensor.i2c.I2cMap;
import io.postern.sensor.onewire.OneWireMap;
import io.postern.sensor.onewire.Scratchpad;
import io.postern.sensor.pins.PinMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;

/** What hangs on pins and buses of the board. */
final class FuzzedBoard {
    private FuzzedBoard() {}

    /** A template as a technician may write it; then what a chip may answer, from its last octets. */
    static void template(byte[] octets) {
        var text = new String(octets, StandardCharsets.UTF_8);
        try {
            var template = TemplateReader.read("fuzzed.json", text);
            switch (template.driver()) {
                case "gpio" -> PinMap.of(template);
                case "onewire" -> OneWireMap.of(template);
                case "i2c" -> answer(I2cMap.of(template), octets);
                default -> {}
            }
        } catch (TemplateException e) {
            keep(e.getMessage() != null && e.line() >= 0, "a refusal says where");
        }
    }

    private static void answer(I2cMap map, byte[] octets) {
        var answers = new HashMap<String, byte[]>();
        try {
            for (var each : map.blocks().entrySet()) {
                Block block = each.getValue();
                answers.put(each.getKey(), block.data(Arrays.copyOf(octets, block.framedLength())));
            }
            map.decode(answers);
            map.identify(answers);
        } catch (IOException e) {
            keep(e.getMessage() != null, "a refusal says why");
        }
    }

    private static void keep(boolean kept, String promise) {
        if (!kept) {
            throw new AssertionError("broken: " + promise);
        }
    }

    /** What the kernel shows of a thermometer. */
    static void thermometer(byte[] octets) {
        var text = new String(octets, StandardCharsets.ISO_8859_1);
        try {
            Scratchpad read = Scratchpad.parse(text);
            keep(Scratchpad.parse(read.text()).equals(read), "what was read is written and read alike");
            double celsius = read.celsius();
            keep(celsius >= -55 && celsius <= 125, "a temperature is one the chip can have");
        } catch (IOException e) {
            keep(e.getMessage() != null, "a refusal says why");
        }
    }
}
