// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.sim.CharacterFormat;
import io.postern.lab.sim.Fault;
import io.postern.lab.sim.PlannedFault;
import io.postern.lab.sim.Station;
import io.postern.sensor.modbus.Crc16;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.Space;
import io.postern.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Instruments on a wire whose time is simulated, too: what they say, and when. */
class SimulatedBusTest {
    private static final CharacterFormat LINE = CharacterFormat.parse(9600, "8E1");
    private static final String QUESTION = "070300000002c46d"; // unit 7, two holding registers from 0
    private static final String ANSWER = "070304000700c82c64";
    private static final long LATEST = Duration.ofSeconds(5).toNanos();

    private final SimulatedBus bus = new SimulatedBus(0, new SplittableRandom(1))
            .put(7, SimulatedInstrument.showing(SimulatedBusTest::image))
            .put(9, SimulatedInstrument.showing(SimulatedBusTest::image));
    private final Station station = bus.station(Framing.RTU, LINE);
    private long now;
    private long firstAt;

    private static RegisterImage image(int individual) {
        var image = new RegisterImage();
        image.put(Space.HOLDING, 0, individual, 200, 3, 4);
        return image;
    }

    @Test
    void anAnswerBeginsWhenTheTurnaroundIsOver() {
        bus.turnaround(Duration.ofMillis(20));

        assertThat(ask(QUESTION)).isEqualTo(ANSWER);
        assertThat(firstAt - 8 * LINE.characterNanos())
                .isEqualTo(Duration.ofMillis(20).toNanos());
    }

    @ParameterizedTest
    @ValueSource(strings = {"060300000002c5bc", "070300000002c46e", "07030000", "000600000001", ""})
    void whatIsNotForAnInstrumentHereIsNotAnswered(String question) {
        assertThat(ask(question)).isEmpty();
        assertThat(ask(QUESTION)).isEqualTo(ANSWER);
    }

    @Test
    void twoQuestionsWithoutASilenceAreAnsweredBoth() {
        assertThat(ask(QUESTION + QUESTION)).isEqualTo(ANSWER + ANSWER);
    }

    @Test
    void aQuestionWhoseFunctionNobodyKnowsEndsWithTheSilence() {
        assertThat(ask("07416300")).isEmpty();
        assertThat(ask("0741" + crc("0741"))).isEqualTo("07c101" + crc("07c101"));
    }

    @Test
    void aBroadcastIsCarriedOutByAllAndAnsweredByNobody() {
        assertThat(ask("000600010042" + crc("000600010042"))).isEmpty();

        assertThat(ask(QUESTION)).isEqualTo("07030400070042" + crc("07030400070042"));
        assertThat(ask("090300000002" + crc("090300000002"))).isEqualTo("09030400090042" + crc("09030400090042"));
    }

    @ParameterizedTest
    @CsvSource({
        "mute, ''",
        "crc, 070304000700c82c65",
        "exception:4, 078304a0f2",
        "wrong-unit, 080304000700c8d364",
        "cut, 07030400",
        "over-long, 070308000700c801020304bd40",
        "swap, 07030403ef00c8ac14",
        "short-map, " + ANSWER,
        "7/mute, ''",
        "9/mute, " + ANSWER,
        "mute@0s/1s, ''",
        "mute@1s, " + ANSWER,
    })
    void aFaultIsHeardAsWhatItIs(String fault, String heard) {
        bus.add(PlannedFault.parse(fault));

        assertThat(ask(QUESTION)).isEqualTo(heard.replace(" ", ""));
    }

    @Test
    void aFaultThatIsTakenAwayIsOver() {
        var fault = PlannedFault.always(7, new Fault.Mute());
        bus.add(fault);
        assertThat(ask(QUESTION)).isEmpty();
        bus.remove(fault);

        assertThat(ask(QUESTION)).isEqualTo(ANSWER);
    }

    @Test
    void aLateAnswerComesLate() {
        bus.add(PlannedFault.parse("late:800ms"));

        assertThat(ask(QUESTION)).isEqualTo(ANSWER);
        assertThat(Duration.ofNanos(firstAt)).isBetween(Duration.ofMillis(800), Duration.ofMillis(830));
    }

    @Test
    void twoAtOneAddressAreHeardAsNeither() {
        bus.add(PlannedFault.parse("duplicate"));

        String heard = ask(QUESTION);
        assertThat(heard).isNotEqualTo(ANSWER).hasSizeGreaterThanOrEqualTo(ANSWER.length());
    }

    @Test
    void aMapThatIsTooShortRefusesWhatItHasNot() {
        bus.add(PlannedFault.parse("short-map"));

        assertThat(ask("070300020001" + crc("070300020001"))).isEqualTo("078302" + crc("078302"));
    }

    @Test
    void gluedAnswersFollowEachOtherWithoutASilence() {
        ask(QUESTION);
        bus.add(PlannedFault.parse("glued"));

        assertThat(ask("070300010001" + crc("070300010001"))).isEqualTo("07030200c8" + crc("07030200c8") + ANSWER);
    }

    @Test
    void anEchoIsHeardBeforeTheAnswer() {
        bus.add(PlannedFault.parse("echo"));

        assertThat(ask(QUESTION)).isEqualTo(QUESTION + ANSWER);
    }

    @Test
    void noiseComesFromTimeToTimeByItself() {
        bus.add(PlannedFault.parse("noise:100ms"));

        assertThat(ask("").length()).isGreaterThan(20);
    }

    @Test
    void garbageIsNoAnswer() {
        bus.add(PlannedFault.parse("garbage"));

        assertThat(ask(QUESTION)).isNotEmpty().isNotEqualTo(ANSWER);
    }

    private static String crc(String frame) {
        byte[] octets = Bytes.hex(frame).toArray();
        int crc = Crc16.of(octets, 0, octets.length);
        return "%02x%02x".formatted(crc & 0xFF, crc >> 8);
    }

    /** Says the question at once and hears for five seconds. */
    private String ask(String question) {
        for (byte octet : Bytes.hex(question).toArray()) {
            now += LINE.characterNanos();
            station.heard(octet, now);
        }
        long end = now + LATEST;
        firstAt = 0;
        var heard = new ByteArrayOutputStream();
        OptionalLong due = OptionalLong.of(now);
        while (due.isPresent() && due.getAsLong() <= end) {
            now = Math.max(now, due.getAsLong());
            for (Optional<Station.Speech> speech = station.speak(now);
                    speech.isPresent();
                    speech = station.speak(now)) {
                firstAt = heard.size() == 0 ? speech.get().at() : firstAt;
                heard.writeBytes(speech.get().octets());
            }
            due = station.due();
        }
        now = end;
        return Bytes.of(heard.toByteArray()).toString();
    }
}
