// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputProvider;
import com.pi4j.io.gpio.digital.DigitalInputProviderBase;
import java.nio.file.Path;

/**
 * Digital inputs for Pi4J on any board and architecture whose kernel has a GPIO character device, without native code of
 * its own. Pi4J's own providers know Raspberry Pis only.
 */
final class ChardevInputProvider extends DigitalInputProviderBase implements DigitalInputProvider {
    static final String ID = "chardev";

    private final Path chip;

    /** @param chip for example {@code /dev/gpiochip0} */
    ChardevInputProvider(Path chip) {
        super(ID, ID);
        this.chip = chip;
    }

    @Override
    public DigitalInput create(DigitalInputConfig config) {
        var input = new ChardevInput(this, config, chip);
        context.registry().add(input);
        return input;
    }
}
