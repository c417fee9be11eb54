// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.exception.Pi4JException;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputProvider;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.DigitalStateChangeListener;
import com.pi4j.plugin.mock.provider.gpio.digital.MockDigitalInput;
import com.pi4j.plugin.mock.provider.gpio.digital.MockDigitalInputProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
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
    private final DigitalInput input;
    private final Optional<ScheduledExecutorService> mocker;

    private Pi4jPin(Context context, DigitalInput input, Duration mockPeriod) {
        this.context = context;
        this.input = input;
        this.mocker = input instanceof MockDigitalInput mock && !mockPeriod.isZero()
                ? Optional.of(changing(mock, mockPeriod))
                : Optional.empty();
    }

    static Pin open(PinSettings settings, Consumer<Level> listener) throws IOException {
        DigitalInputProvider provider =
                switch (settings.provider()) {
                    case CHARDEV -> new ChardevInputProvider(settings.chip());
                    case MOCK -> MockDigitalInputProvider.newInstance();
                };
        Context context = Pi4J.newContextBuilder()
                .noAutoDetect()
                .noAutoInject()
                .disableShutdownHook()
                .add(provider)
                .build();
        try {
            DigitalInput input = context.create(DigitalInput.newConfigBuilder(context)
                    .id("line-" + settings.line())
                    .address(settings.line())
                    .provider(provider.id())
                    .build());
            input.addListener((DigitalStateChangeListener) event -> listener.accept(level(event.state())));
            return new Pi4jPin(context, input, settings.mockPeriod());
        } catch (Pi4JException
                | IllegalStateException e) { // its registry throws the latter around what a provider throws
            context.shutdown();
            throw new IOException(plain(e), e);
        }
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

    private static Level level(DigitalState state) {
        return switch (state) {
            case HIGH -> Level.HIGH;
            case LOW -> Level.LOW;
            case UNKNOWN -> Level.GONE;
        };
    }

    @Override
    public Level level() {
        return level(input.state());
    }

    @Override
    public void close() {
        mocker.ifPresent(ScheduledExecutorService::shutdownNow);
        context.shutdown();
    }
}
