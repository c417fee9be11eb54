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
import io.postern.gateway.gpio.GpioUapi.Wish;
import io.postern.sensor.pins.PinMap;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
    private final PinMap map;
    private @Nullable PinLine line; // set by initialize, before anybody else has this object
    private @Nullable Thread reader;
    private boolean filtered; // edges are left out by us, so numbers do not tell what was lost
    private int last; // the reader's own: the number of the last edge

    ChardevInput(DigitalInputProvider provider, DigitalInputConfig config, Path chip, PinMap map) {
        super(provider, config);
        this.chip = chip;
        this.map = map;
    }

    @Override
    public DigitalInput initialize(Context context) throws InitializeException {
        try {
            Debounce debounce;
            PinLine opened;
            try {
                opened = PinLine.open(chip, config.address(), "postern", wish(map.debounce()));
                debounce = new Debounce(Duration.ZERO, false);
            } catch (IOException e) {
                if (map.debounce().isZero() || !refused(e)) {
                    throw e;
                }
                opened = PinLine.open(chip, config.address(), "postern", wish(Duration.ZERO));
                debounce = new Debounce(map.debounce(), opened.isActive());
                filtered = true;
            }
            start(opened, debounce);
        } catch (IOException e) {
            throw new InitializeException(e.getMessage(), e);
        }
        super.initialize(context);
        return this;
    }

    /** Edges that are not counted are not asked for: then a gap in the numbers is a count. */
    private Wish wish(Duration debounce) {
        boolean ours = debounce.isZero() && !map.debounce().isZero();
        boolean all = ours || map.role() != PinMap.Role.COUNTER || map.edge() == PinMap.Edge.BOTH;
        return new Wish.Input(
                map.bias(),
                map.activeLow(),
                all || map.edge() == PinMap.Edge.ACTIVE,
                all || map.edge() == PinMap.Edge.INACTIVE,
                debounce);
    }

    private static boolean refused(IOException e) {
        return e.getCause() instanceof Libc.ErrnoException said
                && (said.errno() == Libc.EINVAL || said.errno() == Libc.EOPNOTSUPP);
    }

    private void start(PinLine opened, Debounce debounce) {
        line = opened;
        // a platform thread: it stays in a native call
        reader = Thread.ofPlatform().name("pin-" + config.address()).daemon().start(() -> read(opened, debounce));
    }

    private void read(PinLine from, Debounce debounce) {
        try {
            while (!from.isWoken()) {
                for (Edge edge : from.await(debounce.patience(System.nanoTime()))) {
                    debounce.edge(edge).ifPresent(this::tell);
                }
                debounce.settled(System.nanoTime()).ifPresent(this::tell);
            }
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("chip", chip)
                    .addKeyValue("line", config.address())
                    .setCause(e)
                    .log("pin can no longer be read");
            dispatch(new DigitalStateChangeEvent<DigitalInput>(this, DigitalState.UNKNOWN));
        }
    }

    private void tell(Edge edge) {
        int lost = edge.number() - last - 1; // the kernel's 32 bits go round, and so does this
        last = edge.number();
        dispatch(new ChardevEdge(this, edge.rising(), edge.at(), filtered ? 0 : Math.max(0, lost)));
    }

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
    public DigitalInput shutdown(Context context) throws ShutdownException {
        PinLine from = line;
        Thread thread = reader;
        line = null;
        reader = null;
        if (from != null && thread != null) {
            end(from, thread);
        }
        return super.shutdown(context);
    }

    private void end(PinLine from, Thread thread) {
        try {
            from.wake();
            if (hasEnded(thread)) {
                from.close();
            } else {
                LOG.atWarn().addKeyValue("chip", chip).log("a listener holds up the pin's thread, the line stays open");
            }
        } catch (IOException e) {
            throw new ShutdownException("cannot end the thread of line " + config.address() + " of " + chip, e);
        }
    }

    /** Whoever is interrupted here waits all the same: a line that stays open can be had by nobody else. */
    private static boolean hasEnded(Thread thread) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return thread.join(LONGEST_FAREWELL);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
