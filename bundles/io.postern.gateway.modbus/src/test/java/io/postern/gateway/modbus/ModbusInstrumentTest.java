// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import static io.postern.gateway.modbus.TestTemplate.command;
import static io.postern.gateway.modbus.TestTemplate.telemetry;
import static io.postern.gateway.modbus.TestTemplate.writable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.drivertest.SimulatedLine;
import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.Line;
import io.postern.sensor.Measurement.Count;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Template;
import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.RegisterMap;
import io.postern.sensor.modbus.Request;
import io.postern.sensor.modbus.Space;
import io.postern.sensor.modbus.Span;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a unit lacks, how it is written, and who it is. */
class ModbusInstrumentTest {
    private static final Line.Timing TIMING =
            new Line.Timing(Duration.ofNanos(1_145_833), Duration.ofNanos(4_010_417), Duration.ofMillis(1));
    private static final Set<String> ALL = Set.of("a", "b", "c", "d", "relay", "mode", "alarm");

    private final Template template = template("single");
    private final UnitModel unit = unit(template);
    private long now;
    private final ModbusInstrument instrument = instrument(template);
    private final LossyLine line = new LossyLine(unit);

    /** A line that loses whole answers: {@code true} in {@code lost} for each, in order. */
    private static final class LossyLine implements Line.Channel {
        final Deque<Boolean> lost = new ArrayDeque<>();
        private final SimulatedLine good;
        private boolean losing;

        LossyLine(UnitModel unit) {
            good = new SimulatedLine(TIMING, unit);
        }

        @Override
        public void write(byte[] frame) throws InterruptedException {
            losing = !lost.isEmpty() && lost.remove();
            good.write(frame);
        }

        @Override
        public int read(byte[] buffer, int offset, Duration patience) throws InterruptedException {
            return losing ? 0 : good.read(buffer, offset, patience);
        }

        @Override
        public Line.Timing timing() {
            return TIMING;
        }

        @Override
        public void quiet(Duration silence) throws InterruptedException {
            good.quiet(silence);
        }

        @Override
        public void note(Line.Event event) {
            good.note(event);
        }
    }

    private static Template template(String write) {
        try {
            return TestTemplate.of(
                    """
                    {"readable":["input:0-20"],"write":"WRITE","identity":{"serial":"holding:900:u32"},"fields":{
                      "a":"input:0:u16","b":"input:1:f32","c":"input:3:u16","d":"input:12:u16",
                      "relay":"coil:0:bool",
                      "mode":{"at":"holding:5:u16","bits":"4-7"},"alarm":{"at":"holding:5:u16","bit":0},
                      "level":"holding:8:u16","target":"holding:10:f32",
                      "reset":{"at":"holding:20:u16","value":77}}}""".replace("WRITE", write),
                    String.join(
                            ",",
                            telemetry("a", "long"),
                            telemetry("b", "double"),
                            telemetry("c", "long"),
                            telemetry("d", "long"),
                            writable("relay", "boolean"),
                            writable("mode", "integer"),
                            telemetry("alarm", "boolean"),
                            writable("level", "integer"),
                            writable("target", "double"),
                            command("reset")));
        } catch (io.postern.sensor.TemplateException e) {
            throw new AssertionError(e);
        }
    }

    private static UnitModel unit(Template template) {
        try {
            UnitModel unit = new UnitModel(Framing.RTU, RegisterMap.of(template))
                    .showing(Map.of("a", new Count(1), "b", new Quantity(2.5), "c", new Count(3), "d", new Count(4)));
            unit.put(Block.zero(new Span(Space.INPUT, 4, 8))); // the gap
            unit.put(new Block(new Span(Space.HOLDING, 900, 2), Bytes.hex("000f4240")));
            return unit;
        } catch (io.postern.sensor.TemplateException e) {
            throw new AssertionError(e);
        }
    }

    private ModbusInstrument instrument(Template of) {
        try {
            return new ModbusInstrument(UnitAddress.parse("unit:7"), RegisterMap.of(of), () -> now);
        } catch (io.postern.sensor.TemplateException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void fieldsDueTogetherShareFramesAcrossAGapThatMayBeRead() throws Exception {
        assertThat(instrument.read(line, Set.of("a", "d", "c")).values())
                .isEqualTo(Map.of("a", new Count(1), "c", new Count(3), "d", new Count(4)));
        assertThat(unit.asked).containsExactly(read(Space.INPUT, 0, 13));
        assertThat(instrument.plan(TIMING, Set.of("a", "d", "c")))
                .singleElement()
                .satisfies(exchange -> assertThat(exchange.what()).isEqualTo("reading 13 of input from 0"));
    }

    @Test
    void aGapThatIsRefusedAllTheSameIsNotReadAgain() throws Exception {
        unit.without(new Span(Space.INPUT, 6, 1));

        assertThat(instrument.read(line, ALL).values()).containsKeys("a", "b", "c", "d");
        unit.asked.clear();
        assertThat(instrument.read(line, Set.of("a", "b", "c", "d")).values())
                .containsEntry("d", new Count(4))
                .hasSize(4);
        assertThat(unit.asked).containsExactly(read(Space.INPUT, 0, 4), read(Space.INPUT, 12, 1));
    }

    @Test
    void whatTheUnitLacksIsLeftOutAndNothingWrongComesInItsPlace() throws Exception {
        unit.without(new Span(Space.INPUT, 2, 1)); // half of b

        assertThat(instrument.read(line, ALL).values())
                .doesNotContainKey("b")
                .containsEntry("a", new Count(1))
                .containsEntry("c", new Count(3))
                .containsEntry("d", new Count(4));
        unit.asked.clear();
        assertThat(instrument.read(line, Set.of("a", "b", "c", "d")).values())
                .isEqualTo(Map.of("a", new Count(1), "c", new Count(3), "d", new Count(4)));
        assertThat(unit.asked).containsExactly(read(Space.INPUT, 0, 1), read(Space.INPUT, 3, 10));
    }

    @Test
    void afterTenMinutesTheUnitMayHaveMore() throws Exception {
        Block half = unit.get(new Span(Space.INPUT, 2, 1)).orElseThrow();
        unit.without(half.span());
        assertThat(instrument.read(line, ALL).values()).doesNotContainKey("b");
        unit.put(half);

        now = Duration.ofMinutes(9).toNanos();
        assertThat(instrument.read(line, ALL).values()).doesNotContainKey("b");
        now = Duration.ofMinutes(11).toNanos();
        assertThat(instrument.read(line, ALL).values()).containsEntry("b", new Quantity(2.5));
    }

    @Test
    void aUnitThatHasNothingOfItIsSaidToBeAnother() throws Exception {
        unit.without(new Span(Space.INPUT, 0, 20));

        assertThatThrownBy(() -> instrument.read(line, Set.of("a", "b")))
                .isInstanceOf(AnsweredException.class)
                .hasMessage("unit 7 refuses every register of a, b (exception 2): is this the right template for it?");
    }

    @Test
    void aPropertyIsWrittenWithTheSmallestFunctionAndReadBack() throws Exception {
        assertThat(instrument.write(line, "level", new Count(9))).isEqualTo(new Count(9));
        assertThat(instrument.write(line, "relay", new Flag(true))).isEqualTo(new Flag(true));
        assertThat(instrument.write(line, "target", new Quantity(1.5))).isEqualTo(new Quantity(1.5));
        assertThat(unit.asked.stream().map(Request::function)).containsExactly(6, 3, 5, 1, 16, 3);
    }

    @Test
    void bitsAreWrittenWithoutTouchingTheirNeighbours() throws Exception {
        unit.put(new Block(new Span(Space.HOLDING, 5, 1), Bytes.hex("ff01")));

        assertThat(instrument.write(line, "mode", new Count(5))).isEqualTo(new Count(5));
        assertThat(unit.get(new Span(Space.HOLDING, 5, 1)).orElseThrow().data()).isEqualTo(Bytes.hex("ff51"));
    }

    @Test
    void aUnitWithoutFunction6IsWrittenWith16AndAskedOnlyOnce() throws Exception {
        unit.unknownFunctions.add(6);

        instrument.write(line, "level", new Count(9));
        instrument.write(line, "level", new Count(10));
        assertThat(unit.asked.stream().map(Request::function)).containsExactly(6, 16, 3, 16, 3);
    }

    @Test
    void theTemplateSaysHowTheUnitWantsToBeWritten() throws Exception {
        instrument(template("multiple")).write(line, "level", new Count(9));
        assertThat(instrument(template("read-write")).write(line, "level", new Count(11)))
                .isEqualTo(new Count(11));
        assertThat(unit.asked.stream().map(Request::function)).containsExactly(16, 3, 23);
    }

    @Test
    void aLostAnswerToAWriteIsFollowedByReadingBackAndNotByAnotherWrite() throws Exception {
        line.lost.add(true);

        assertThat(instrument.write(line, "level", new Count(9))).isEqualTo(new Count(9));
        assertThat(unit.asked.stream().filter(request -> request.function() == 6))
                .hasSize(1);
    }

    @Test
    void aWriteThatTheUnitDidNotTakeIsRepeatedOnce() throws Exception {
        line.lost.add(true);
        unit.unknownFunctions.add(6); // it did not even understand the first

        assertThat(instrument.write(line, "level", new Count(9))).isEqualTo(new Count(9));
        assertThat(unit.asked.stream().map(Request::function)).containsExactly(6, 3, 3, 6, 16, 3);
    }

    @Test
    void whenReadingBackIsLostTooNobodyKnows() {
        line.lost.addAll(List.of(true, true));

        assertThatThrownBy(() -> instrument.write(line, "level", new Count(9)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("unit 7: it is not known whether level was taken, read it before you write it"
                        + " again (unit 7, writing 1 of holding from 8: no answer");
        assertThat(unit.asked.stream().filter(request -> request.function() == 6))
                .hasSize(1);
    }

    @Test
    void aCommandIsCarriedOutOnceAndNeverRepeated() throws Exception {
        assertThat(instrument.write(line, "reset", new Flag(true))).isEqualTo(new Count(77));
        unit.asked.clear();
        line.lost.add(true);

        assertThatThrownBy(() -> instrument.write(line, "reset", new Flag(true)))
                .hasMessageContaining("it is not known whether reset was taken");
        assertThat(unit.asked).hasSize(1);
    }

    @Test
    void whatCannotBeWrittenIsNotSent() {
        assertThatThrownBy(() -> instrument.write(line, "a", new Count(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a cannot be written; what can is [level, mode, relay, target]");
        assertThatThrownBy(() -> instrument.write(line, "mode", new Count(16)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mode: 16 does not fit 4 bits");
        assertThat(unit.asked).isEmpty();
    }

    @Test
    void aUnitSaysWhoItIsInAsManyAnswersAsItNeeds() throws Exception {
        unit.objects.putAll(Map.of(0, Bytes.utf8("Eastron"), 1, Bytes.utf8("SDM120"), 2, Bytes.utf8("2.4")));

        assertThat(instrument.identify(line).facts())
                .containsEntry("vendor", "Eastron")
                .containsEntry("product", "SDM120")
                .containsEntry("revision", "2.4")
                .containsEntry("serial", "1000000")
                .containsEntry("shape", "coil:0+1 holding:5+1 holding:8+1 holding:10+2 input:0+4 input:12+1")
                .containsKey("turnaround");
    }

    @Test
    void aUnitThatCannotSayWhoItIsHasItsShape() throws Exception {
        unit.without(new Span(Space.HOLDING, 900, 2)).without(new Span(Space.INPUT, 12, 1));

        assertThat(instrument.identify(line).facts())
                .containsOnlyKeys("shape", "turnaround")
                .containsEntry("shape", "coil:0+1 holding:5+1 holding:8+1 holding:10+2 input:0+4 input:12+1!2");
    }

    @Test
    void aUnitThatIsSilentToWhatItDoesNotKnowIsIdentifiedAllTheSame() throws Exception {
        for (int i = 0; i < 7; i++) {
            line.lost.add(false); // six blocks and the serial number
        }
        line.lost.addAll(List.of(true, false, true)); // the identification, a probe, the identification again

        assertThat(instrument.identify(line).facts())
                .containsEntry("serial", "1000000")
                .doesNotContainKey("vendor");
        assertThat(instrument.read(line, Set.of("a")).values()).containsEntry("a", new Count(1));
    }

    private static Request read(Space space, int address, int count) {
        return new Request.Read(new Span(space, address, count));
    }
}
