// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import com.pi4j.context.Context;
import com.pi4j.exception.InitializeException;
import com.pi4j.exception.ShutdownException;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputBase;
import com.pi4j.io.gpio.digital.DigitalOutputConfig;
import com.pi4j.io.gpio.digital.DigitalOutputProvider;
import com.pi4j.io.gpio.digital.DigitalState;
import io.postern.gateway.gpio.GpioUapi.Wish;
import io.postern.sensor.pins.PinMap;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One output line as Pi4J sees it: safe from the first moment, and again before it is given back. */
final class ChardevOutput extends DigitalOutputBase implements DigitalOutput {
    private final Path chip;
    private final PinMap map;
    private @Nullable PinLine line;

    ChardevOutput(DigitalOutputProvider provider, DigitalOutputConfig config, Path chip, PinMap map) {
        super(provider, config);
        this.chip = chip;
        this.map = map;
    }

    @Override
    public DigitalOutput initialize(Context context) throws InitializeException {
        try {
            line = PinLine.open(
                    chip, config.address(), "postern", new Wish.Output(map.bias(), map.activeLow(), map.safe()));
        } catch (IOException e) {
            throw new InitializeException(e.getMessage(), e);
        }
        return super.initialize(context);
    }

    @Override
    public DigitalOutput state(DigitalState wanted) throws com.pi4j.io.exception.IOException {
        PinLine to = line;
        if (to == null) {
            throw new com.pi4j.io.exception.IOException("the output is closed");
        }
        try {
            to.set(wanted.isHigh());
        } catch (IOException e) {
            throw new com.pi4j.io.exception.IOException(e.getMessage(), e);
        }
        return super.state(wanted);
    }

    /** As the chip shows it, not as it was told. */
    @Override
    public DigitalState state() {
        PinLine from = line;
        if (from == null) {
            return DigitalState.UNKNOWN;
        }
        try {
            return from.isActive() ? DigitalState.HIGH : DigitalState.LOW;
        } catch (IOException e) {
            return DigitalState.UNKNOWN;
        }
    }

    @Override
    public DigitalOutput shutdown(Context context) throws ShutdownException {
        PinLine to = line;
        if (to == null) {
            return this;
        }
        try {
            to.set(map.safe());
        } catch (IOException e) { // a chip that is gone switches nothing
            throw new ShutdownException(
                    "cannot bring line " + config.address() + " of " + chip + " to its safe state", e);
        } finally {
            line = null;
            to.close();
        }
        return super.shutdown(context);
    }
}
