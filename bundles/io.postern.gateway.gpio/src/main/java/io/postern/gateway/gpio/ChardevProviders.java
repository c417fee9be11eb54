// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputProvider;
import com.pi4j.io.gpio.digital.DigitalInputProviderBase;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputConfig;
import com.pi4j.io.gpio.digital.DigitalOutputProvider;
import com.pi4j.io.gpio.digital.DigitalOutputProviderBase;
import io.postern.sensor.pins.PinMap;
import java.nio.file.Path;

/**
 * Digital inputs and outputs for Pi4J on any board and architecture whose kernel has a GPIO character device, without native
 * code of their own. Pi4J's own providers know Raspberry Pis only.
 */
final class ChardevProviders {
    private ChardevProviders() {}

    static final class Inputs extends DigitalInputProviderBase implements DigitalInputProvider {
        private final Path chip;
        private final PinMap map;

        Inputs(Path chip, PinMap map) {
            super("chardev-input", "chardev-input");
            this.chip = chip;
            this.map = map;
        }

        @Override
        public DigitalInput create(DigitalInputConfig config) {
            var input = new ChardevInput(this, config, chip, map);
            context.registry().add(input);
            return input;
        }
    }

    static final class Outputs extends DigitalOutputProviderBase implements DigitalOutputProvider {
        private final Path chip;
        private final PinMap map;

        Outputs(Path chip, PinMap map) {
            super("chardev-output", "chardev-output");
            this.chip = chip;
            this.map = map;
        }

        @Override
        public DigitalOutput create(DigitalOutputConfig config) {
            var output = new ChardevOutput(this, config, chip, map);
            context.registry().add(output);
            return output;
        }
    }
}
