// SPDX-License-Identifier: Apache-2.0
package io.postern.drivertest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.Line;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.Model.Content;
import io.postern.sensor.Template;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every driver of polled instruments keeps. Extend it, say how your instrument answers, and run it: each test is a
 * promise that the gateway relies on. Waiting takes no time here, so all of it is done in a second or two.
 */
public abstract class DriverContract {
    /** 9600 baud, eight data bits, even parity. */
    private static final Line.Timing TIMING =
            new Line.Timing(Duration.ofNanos(1_145_833), Duration.ofNanos(4_010_417), Duration.ofMillis(1));

    /** What a driver may add to each exchange, for an instrument that thinks longer than this one. */
    private static final Duration CAUTION = Duration.ofMillis(100);

    private static final int FLIPS = 400; // every bit of 50 octets
    private static final int LIVES = 200;

    private Driver driver;
    private Instrument.Polled instrument;
    private SimulatedLine line;

    /** Subclasses have nothing to give. */
    protected DriverContract() {}

    /**
     * A new driver. When it is {@link AutoCloseable}, it is closed after the test. One that measures time, beside what the
     * channel's patience does, is given {@link #clock}.
     */
    protected abstract Driver driver() throws Exception;

    /** The template of the instrument; with several fields, if there can be. */
    protected abstract Template template() throws Exception;

    /** An address that the instrument can have. */
    protected abstract String address();

    /** Addresses that no instrument of this kind can have: too large, of another form, empty. */
    protected abstract List<String> badAddresses();

    /** What the instrument shows at first: a value for each telemetry and property of the template. */
    protected abstract Map<String, Measurement> shown();

    /** What it shows later; every value differs from the one at first. */
    protected abstract Map<String, Measurement> shownLater();

    /** The instrument at {@link #address}, showing these values. */
    protected abstract SimulatedInstrument showing(Map<String, Measurement> values);

    /** A writable property and a value that {@link #shown} does not have; empty when the driver writes nothing. */
    protected Optional<Map.Entry<String, Measurement>> written() {
        return Optional.empty();
    }

    /** In place of {@link System#nanoTime}: the clock of the simulated line, which waits in no time. */
    protected final LongSupplier clock() {
        return () -> line.now().toNanos();
    }

    /** Whether the protocol has a check sum, so that a flipped bit can be noticed. */
    protected boolean isChecked() {
        return true;
    }

    @BeforeEach
    final void begin() throws Exception {
        driver = driver();
        instrument = polled(driver.instrument(template(), address()));
        line = new SimulatedLine(TIMING, showing(shown()));
    }

    @AfterEach
    final void end() throws Exception {
        if (driver instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    private static Instrument.Polled polled(Instrument instrument) {
        assertThat(instrument).as("an instrument that is polled on a line").isInstanceOf(Instrument.Polled.class);
        return (Instrument.Polled) instrument;
    }

    /** All telemetry and properties. */
    private Set<String> fields() throws Exception {
        return template().model().contents().entrySet().stream()
                .filter(content -> !(content.getValue() instanceof Content.Command))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    private Map<String, Measurement> read(Set<String> fields) throws IOException, InterruptedException {
        return Map.copyOf(instrument.read(line, fields).values());
    }

    @Test
    void theNameIsTheOneThatTemplatesSay() throws Exception {
        assertThat(driver.name()).isEqualTo(template().driver());
    }

    @Test
    void anAddressThatCannotBeIsRefusedByItsKey() throws Exception {
        Template template = template();
        assertThat(badAddresses()).isNotEmpty();
        for (String address : badAddresses()) {
            assertThatThrownBy(() -> driver.instrument(template, address))
                    .as("address \"" + address + "\"")
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("address: ");
        }
    }

    @Test
    void aReadGivesTheFieldsThatWereAskedForAndNoOther() throws Exception {
        assertThat(shown().keySet()).as("shown() has a value for each field").isEqualTo(fields());
        assertThat(read(fields())).isEqualTo(shown());
        for (String field : fields()) {
            assertThat(read(Set.of(field))).isEqualTo(Map.of(field, shown().get(field)));
        }
        assertThat(line.noted()).contains(Line.Event.FRAME);
    }

    @Test
    void whatTheInstrumentShowsLaterIsReadLater() throws Exception {
        read(fields());
        line.connect(showing(shownLater()));

        assertThat(read(fields())).isEqualTo(shownLater());
    }

    @Test
    void thePlanIsAsLongAsTheReadTakes() throws Exception {
        Duration planned = instrument.plan(TIMING, fields()).stream()
                .map(Instrument.Exchange::busTime)
                .reduce(Duration.ZERO, Duration::plus);
        read(fields());

        assertThat(instrument.plan(TIMING, fields())).hasSize(line.exchanges());
        assertThat(planned)
                .as("the plan, and the time of the octets on the wire")
                .isGreaterThanOrEqualTo(line.occupied())
                .isLessThanOrEqualTo(
                        line.occupied().multipliedBy(11).dividedBy(10).plus(CAUTION.multipliedBy(line.exchanges())));
    }

    @Test
    void anAnswerInChunksOfAnySizeIsRead() throws Exception {
        for (int size = 1; size < 10; size++) {
            line.become(Fault.chunks(size), 0);
            assertThat(read(fields())).as("in chunks of " + size).isEqualTo(shown());
        }
    }

    @Test
    void noAnswerIsNoValue() throws Exception {
        fails(Fault.MUTE);
        assertThat(line.noted()).contains(Line.Event.TIMEOUT);
    }

    @Test
    void anAnswerThatIsCutIsNoValue() throws Exception {
        for (int length = 1; length < 100; length++) {
            fails(Fault.cut(length));
        }
    }

    @Test
    void garbageIsNoValue() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            fails(Fault.garbage(seed));
        }
    }

    @Test
    void theAnswerOfANeighbourIsNoValue() throws Exception {
        assumeTrue(showing(shown()).neighbour(firstQuestion()).isPresent(), "there is no neighbour");
        fails(Fault.NEIGHBOUR);
    }

    @Test
    void aRefusalIsToldApartFromSilence() throws Exception {
        assumeTrue(showing(shown()).refusal(firstQuestion()).isPresent(), "the protocol has no refusals");
        line.become(Fault.REFUSED, 0);

        assertThatThrownBy(() -> read(fields())).isInstanceOf(AnsweredException.class);
        assertThat(line.noted()).contains(Line.Event.REFUSED);
        recovers(Fault.REFUSED);
    }

    @Test
    void aFlippedBitNeverBecomesAWrongValue() throws Exception {
        assumeTrue(isChecked(), "the protocol has no check sum");
        for (int bit = 0; bit < FLIPS; bit++) {
            rightOrNothing(Fault.flipped(bit));
        }
    }

    @Test
    void noiseAndGluedAnswersNeverBecomeAWrongValue() throws Exception {
        rightOrNothing(Fault.TWICE);
        for (long seed = 1; seed <= 20; seed++) {
            rightOrNothing(Fault.noiseBefore(seed));
        }
    }

    @Test
    void anAnswerThatComesTooLateIsNotTakenForTheNext() throws Exception {
        line.answerLate();
        assertThatThrownBy(() -> read(fields())).isInstanceOf(IOException.class);

        line.connect(showing(shownLater()));
        for (int i = 0; i < 3; i++) {
            try {
                assertThat(read(fields())).as("after a late answer").isEqualTo(shownLater());
            } catch (IOException e) {
                assertThat(i)
                        .as("how often a late answer cost a read: " + e.getMessage())
                        .isLessThan(2);
            }
        }
    }

    @Test
    void aFaultInAnyExchangeOfAReadFailsTheRead() throws Exception {
        read(fields());
        int exchanges = line.exchanges();
        for (int good = 0; good < exchanges; good++) {
            line.become(Fault.MUTE, good);
            assertThatThrownBy(() -> read(fields())).isInstanceOf(IOException.class);
            recovers(Fault.MUTE);
        }
    }

    @Test
    void theFingerprintIsTheSameEachTime() throws Exception {
        assertThat(steady(instrument.identify(line))).isEqualTo(steady(instrument.identify(line)));
    }

    /** All but what depends on the moment. */
    private static Map<String, String> steady(Fingerprint fingerprint) {
        var facts = new TreeMap<>(fingerprint.facts());
        facts.remove("turnaround");
        return facts;
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        assumeTrue(written().isPresent(), "the driver writes nothing");
        String field = written().orElseThrow().getKey();
        Measurement value = written().orElseThrow().getValue();

        assertThat(instrument.write(line, field, value)).isEqualTo(value);
        assertThat(read(Set.of(field))).isEqualTo(Map.of(field, value));

        line.become(Fault.MUTE, 0);
        assertThatThrownBy(() -> instrument.write(line, field, value)).isInstanceOf(IOException.class);
    }

    @Test
    void whatCannotBeWrittenIsRefusedBeforeAnythingIsSent() throws Exception {
        for (var shown : shown().entrySet()) {
            if (template().model().contents().get(shown.getKey()) instanceof Content.Telemetry) {
                assertThatThrownBy(() -> instrument.write(line, shown.getKey(), shown.getValue()))
                        .as(shown.getKey())
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
        assertThat(line.exchanges()).isZero();
    }

    @Test
    void aReadEndsWhenItsThreadIsInterrupted() {
        line.become(Fault.MUTE, 0);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> read(fields())).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void twoHundredLivesOfTheDriverLeaveNoThread() throws Exception {
        read(fields());
        Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());
        for (int life = 0; life < LIVES; life++) {
            end();
            begin();
            assertThat(read(fields())).as("in life " + life).isEqualTo(shown());
        }
        List<Thread> left = new ArrayList<>(Thread.getAllStackTraces().keySet());
        left.removeAll(before);
        assertThat(left).as("threads that stay").filteredOn(Thread::isAlive).isEmpty();
    }

    private byte[] firstQuestion() throws Exception {
        List<byte[]> asked = new ArrayList<>();
        SimulatedInstrument shown = showing(shown());
        var listening = new SimulatedLine(TIMING, question -> {
            asked.add(question);
            return shown.answer(question);
        });
        instrument.read(listening, fields());
        return asked.getFirst();
    }

    private void fails(Fault fault) throws Exception {
        line.become(fault, 0);
        assertThatThrownBy(() -> read(fields())).as(fault.what()).isInstanceOf(IOException.class);
        recovers(fault);
    }

    private void rightOrNothing(Fault fault) throws Exception {
        line.become(fault, 0);
        try {
            assertThat(read(fields())).as(fault.what()).isEqualTo(shown());
        } catch (IOException e) {
            assertThat(e).as("a failure says what was tried").message().isNotBlank();
        }
        recovers(fault);
    }

    /** A read or two later all is well again, without anybody's help. */
    private void recovers(Fault fault) throws Exception {
        line.become(Fault.NONE, 0);
        try {
            assertThat(read(fields())).as("after " + fault.what()).isEqualTo(shown());
        } catch (IOException e) {
            assertThat(read(fields()))
                    .as("after " + fault.what() + " and " + e.getMessage())
                    .isEqualTo(shown());
        }
    }
}
