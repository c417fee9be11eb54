// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import com.pi4j.context.Context;
import com.pi4j.exception.InitializeException;
import com.pi4j.exception.ShutdownException;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputBase;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputProvider;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.DigitalStateChangeEvent;
import io.postern.gateway.gpio.GpioUapi.Edge;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One input line as Pi4J sees it. A thread of its own waits in the kernel for edges and tells the listeners; it says
 * {@link DigitalState#UNKNOWN} and ends when the chip is gone.
 */
final class ChardevInput extends DigitalInputBase implements DigitalInput {
    private static final Logger LOG = LoggerFactory.getLogger(ChardevInput.class);
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(5); // the thread only calls listeners

    private final Path chip;
    private @Nullable InputLine line; // set by initialize, before anybody else has this object
    private @Nullable Thread reader;

    ChardevInput(DigitalInputProvider provider, DigitalInputConfig config, Path chip) {
        super(provider, config);
        this.chip = chip;
    }

    @Override
    public DigitalInput initialize(Context context) throws InitializeException {
        try {
            InputLine opened = InputLine.open(chip, config.address(), "postern");
            line = opened;
            // a platform thread: it stays in a native call
            reader =
                    Thread.ofPlatform().name("pin-" + config.address()).daemon().start(() -> read(opened));
        } catch (IOException e) {
            throw new InitializeException(e.getMessage(), e);
        }
        super.initialize(context);
        return this;
    }

    private void read(InputLine from) {
        int last = 0;
        try {
            for (Optional<Edge> edge = from.await(); edge.isPresent(); edge = from.await()) {
                int lost = edge.get().number() - last - 1;
                last = edge.get().number();
                if (lost > 0) {
                    LOG.atWarn()
                            .addKeyValue("chip", chip)
                            .addKeyValue("line", config.address())
                            .addKeyValue("lost", lost)
                            .log("edges came faster than they were read; does the contact bounce?");
                }
                tell(edge.get().rising() ? DigitalState.HIGH : DigitalState.LOW);
            }
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("chip", chip)
                    .addKeyValue("line", config.address())
                    .setCause(e)
                    .log("pin can no longer be read");
            tell(DigitalState.UNKNOWN);
        }
    }

    private void tell(DigitalState state) {
        dispatch(new DigitalStateChangeEvent<DigitalInput>(this, state));
    }

    @Override
    public DigitalState state() {
        InputLine from = line;
        if (from == null) {
            return DigitalState.UNKNOWN;
        }
        try {
            return from.isHigh() ? DigitalState.HIGH : DigitalState.LOW;
        } catch (IOException e) {
            return DigitalState.UNKNOWN;
        }
    }

    @Override
    public DigitalInput shutdown(Context context) throws ShutdownException {
        InputLine from = line;
        Thread thread = reader;
        line = null;
        reader = null;
        if (from != null && thread != null) {
            end(from, thread);
        }
        return super.shutdown(context);
    }

    private void end(InputLine from, Thread thread) {
        try {
            from.wake();
            if (thread.join(LONGEST_FAREWELL)) {
                from.close();
            } else {
                LOG.atWarn().addKeyValue("chip", chip).log("a listener holds up the pin's thread, the line stays open");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new ShutdownException("cannot end the thread of line " + config.address() + " of " + chip, e);
        }
    }
}
