// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.exception.Pi4JException;
import com.pi4j.io.gpio.digital.Digital;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.DigitalStateChangeEvent;
import com.pi4j.io.gpio.digital.DigitalStateChangeListener;
import com.pi4j.plugin.mock.provider.gpio.digital.MockDigitalInput;
import com.pi4j.plugin.mock.provider.gpio.digital.MockDigitalInputProvider;
import com.pi4j.plugin.mock.provider.gpio.digital.MockDigitalOutputProvider;
import com.pi4j.provider.Provider;
import io.postern.sensor.pins.PinMap;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Logger;

/**
 * A pin by Pi4J. Each has a Pi4J context of its own: a context takes one provider of inputs, and a chip is a provider.
 * Nothing is detected, as that would look for services through the class loader of the thread.
 */
final class Pi4jPin implements Pin {
    // Pi4J calls every board that is no Raspberry Pi an error, and tells the start of each context in six lines. Held
    // here because a level is forgotten with its logger.
    private static final Logger PI4J = Logger.getLogger("com.pi4j");
    private static final Logger PI4J_BOARDS = Logger.getLogger("com.pi4j.boardinfo");

    static {
        PI4J.setLevel(java.util.logging.Level.WARNING);
        PI4J_BOARDS.setLevel(java.util.logging.Level.OFF);
    }

    private final Context context;
    private final Digital<?, ?, ?> digital;
    private final String label;
    private final Optional<ScheduledExecutorService> mocker;

    private Pi4jPin(Context context, Digital<?, ?, ?> digital, String label, Duration mockPeriod) {
        this.context = context;
        this.digital = digital;
        this.label = label;
        this.mocker = digital instanceof MockDigitalInput mock && !mockPeriod.isZero()
                ? Optional.of(changing(mock, mockPeriod))
                : Optional.empty();
    }

    /** @param devices where chips appear, {@code /dev} */
    static Pin open(Path devices, PinAddress address, PinMap map, Consumer<Change> listener) throws IOException {
        PinAddress.Found found = address.find(devices);
        boolean mock = address instanceof PinAddress.Mock;
        boolean output = map.role() == PinMap.Role.OUTPUT;
        Provider<?, ?, ?> provider = output
                ? mock ? MockDigitalOutputProvider.newInstance() : new ChardevProviders.Outputs(found.chip(), map)
                : mock ? MockDigitalInputProvider.newInstance() : new ChardevProviders.Inputs(found.chip(), map);
        Context context = Pi4J.newContextBuilder()
                .noAutoDetect()
                .noAutoInject()
                .disableShutdownHook()
                .add(provider)
                .build();
        try {
            Digital<?, ?, ?> digital = output
                    ? output(context, provider.id(), found.line(), map)
                    : input(context, provider.id(), found.line(), listener);
            Duration period = address instanceof PinAddress.Mock(int _, Duration each) ? each : Duration.ZERO;
            return new Pi4jPin(context, digital, found.label(), period);
        } catch (Pi4JException
                | IllegalStateException e) { // its registry throws the latter around what a provider throws
            context.shutdown();
            throw new IOException(plain(e), e);
        }
    }

    private static DigitalInput input(Context context, String provider, int line, Consumer<Change> listener) {
        DigitalInput input = context.create(DigitalInput.newConfigBuilder(context)
                .id("line-" + line)
                .address(line)
                .provider(provider)
                .build());
        input.addListener((DigitalStateChangeListener) event -> listener.accept(change(event)));
        return input;
    }

    private static DigitalOutput output(Context context, String provider, int line, PinMap map) {
        DigitalState safe = map.safe() ? DigitalState.HIGH : DigitalState.LOW;
        return context.create(DigitalOutput.newConfigBuilder(context)
                .id("line-" + line)
                .address(line)
                .initial(safe)
                .provider(provider)
                .build());
    }

    /** What our provider said, without what Pi4J wraps around it. */
    private static String plain(RuntimeException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException said) {
                return String.valueOf(said.getMessage());
            }
        }
        return String.valueOf(e.getMessage());
    }

    private static ScheduledExecutorService changing(MockDigitalInput mock, Duration period) {
        ScheduledExecutorService mocker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("mock-pin").daemon().factory());
        var _ = mocker.scheduleAtFixedRate(
                () -> mock.mockState(DigitalState.inverseState(mock.state())),
                period.toNanos(),
                period.toNanos(),
                TimeUnit.NANOSECONDS);
        return mocker;
    }

    private static Change change(DigitalStateChangeEvent<?> event) {
        return event instanceof ChardevEdge edge
                ? new Change(level(event.state()), edge.lost(), OptionalLong.of(edge.at()))
                : new Change(level(event.state()), 0, OptionalLong.empty());
    }

    private static Level level(DigitalState state) {
        return switch (state) {
            case HIGH -> Level.ACTIVE;
            case LOW -> Level.INACTIVE;
            case UNKNOWN -> Level.GONE;
        };
    }

    @Override
    public Level level() {
        return level(digital.state());
    }

    @Override
    public void set(boolean active) throws IOException {
        if (!(digital instanceof DigitalOutput output)) {
            throw new IllegalStateException("an input is not set");
        }
        try {
            output.state(active ? DigitalState.HIGH : DigitalState.LOW);
        } catch (com.pi4j.io.exception.IOException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public void close() {
        mocker.ifPresent(ScheduledExecutorService::shutdownNow);
        context.shutdown();
    }
}
