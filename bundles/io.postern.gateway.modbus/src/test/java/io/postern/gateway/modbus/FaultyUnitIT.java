// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import static io.postern.gateway.modbus.FaultyUnit.GOOD;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.serial.Parity;
import io.postern.gateway.serial.SerialLine;
import io.postern.gateway.serial.SerialSettings;
import io.postern.gateway.spi.Line;
import io.postern.lab.sim.PtyBus;
import io.postern.sensor.modbus.Answer;
import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.Request;
import io.postern.sensor.modbus.Space;
import io.postern.sensor.modbus.Span;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client over a real line against a unit that misbehaves: never a wrong value, and the next reading is right. */
class FaultyUnitIT {
    private static final Duration TIMEOUT = Duration.ofMillis(250);

    @TempDir
    Path dir;

    private PtyBus bus;
    private SerialLine line;
    private FaultyUnit unit;
    private final UnitClient client = client(false);

    @BeforeEach
    void open() throws IOException {
        bus = PtyBus.open(PtyBus.Wiring.FULL_DUPLEX, dir.resolve("gateway"), dir.resolve("unit"));
        unit = new FaultyUnit(bus.port(1), TIMEOUT.plusMillis(100), TIMEOUT.multipliedBy(3));
        line = SerialLine.open("main", new SerialSettings(bus.port(0), 38400, 8, Parity.NONE, 1));
    }

    @AfterEach
    void close() throws IOException {
        line.close();
        unit.close();
        bus.close();
    }

    @Test
    void aLateAnswerIsDropped() {
        assertThat(read(client, FaultyUnit.LATE)).contains("no answer");
        assertNextAreRight();
    }

    @Test
    void anAnswerThatComesAfterTheNextQuestionIsNotTakenForItsAnswer() {
        assertThat(read(client, FaultyUnit.VERY_LATE)).contains("no answer");
        assertNextAreRightOrMissing();
    }

    @Test
    void aMuteUnitIsMute() {
        assertThat(read(client, FaultyUnit.MUTE)).contains("no answer");
        assertNextAreRight();
    }

    @Test
    void noiseBeforeTheAnswerIsPassedOver() {
        assertThat(read(client, FaultyUnit.NOISE_BEFORE)).isEqualTo("200 201");
        assertNextAreRight();
    }

    @Test
    void aWrongCheckSumIsNoValue() {
        assertThat(read(client, FaultyUnit.WRONG_CHECK_SUM)).contains("check sum is wrong");
    }

    @Test
    void aGapInTheAnswerIsBorne() {
        assertThat(read(client, FaultyUnit.GAP)).isEqualTo("400 401");
        assertNextAreRight();
    }

    @Test
    void anExceptionIsToldExactly() {
        assertThat(read(client, FaultyUnit.EXCEPTION)).contains("refused with exception 2 (illegal data address)");
        assertNextAreRight();
    }

    @Test
    void anEchoIsBorneAndTakenAwayWhenItIsConfigured() {
        assertThat(read(client, FaultyUnit.ECHO)).isEqualTo("600 601");
        assertThat(read(client(true), FaultyUnit.ECHO)).isEqualTo("600 601");
        assertNextAreRight();
    }

    @Test
    void anAnswerInTheNameOfAnotherUnitIsNotTaken() {
        assertThat(read(client, FaultyUnit.ANOTHER_UNIT)).contains("unit 9 answered function 3 with 4 octets");
    }

    @Test
    void anAnswerThatBreaksOffIsNotTaken() {
        assertThat(read(client, FaultyUnit.BROKEN_OFF)).contains("broke off after 7 of 9 octets");
    }

    @Test
    void garbageOnTheLineWhileItIsAskedCostsAReadingAtMost() {
        for (int round = 0; round < 20; round++) {
            bus.inject(0, (byte) 0x01, (byte) 0x03, (byte) 0x04, (byte) round);
            assertThat(read(client, GOOD)).isEqualTo("10 11");
        }
    }

    private static UnitClient client(boolean echo) {
        return new UnitClient(new UnitAddress(1, Framing.RTU, echo), TIMEOUT, System::nanoTime);
    }

    private void assertNextAreRight() {
        for (int i = 0; i < 3; i++) {
            assertThat(read(client, GOOD + i)).isEqualTo((GOOD + i) + " " + (GOOD + i + 1));
        }
    }

    /** A missing value is honest, a wrong one is not; and it comes right in the end. */
    private void assertNextAreRightOrMissing() {
        for (int i = 0; i < 3; i++) {
            assertThat(read(client, GOOD + i)).containsAnyOf((GOOD + i) + " " + (GOOD + i + 1), "unit 1, reading ");
        }
        assertNextAreRight();
    }

    /** The two registers at {@code address}, or the message of what went wrong. */
    private String read(UnitClient asking, int address) {
        var request = new Request.Read(new Span(Space.HOLDING, address, 2));
        var result = new CompletableFuture<String>();
        Line.Task once = channel -> {
            if (result.isDone()) {
                return;
            }
            try {
                if (asking.ask(channel, request) instanceof Answer.Data(Block block)) {
                    result.complete(block.register(address) + " " + block.register(address + 1));
                }
            } catch (IOException e) {
                result.complete(e.getMessage());
            }
        };
        try (Line.Scheduled _ = line.schedule("x", Duration.ofSeconds(1), once)) {
            return result.get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no result for " + request, e);
        }
    }
}
