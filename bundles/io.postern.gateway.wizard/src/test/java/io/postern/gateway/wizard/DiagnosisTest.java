// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.wizard;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.spi.LineFormat;
import io.postern.gateway.wizard.Finding.Cause;
import io.postern.sensor.modbus.Crc16;
import io.postern.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The table of signatures: what is heard on one side, what it means on the other. */
class DiagnosisTest {
    private static final LineFormat PLAIN = new LineFormat(9600, 8, 'N', 1);
    private static final LineFormat EVEN = new LineFormat(9600, 8, 'E', 1);
    private static final LineFormat FAST = new LineFormat(19_200, 8, 'N', 1);

    private final List<Capture> captures = new ArrayList<>();
    private final List<Probe> probes = new ArrayList<>();
    private Optional<LineFormat> configured = Optional.empty();

    @Test
    void soundInstrumentsAreListedWithWhatTheySaid() {
        silence(PLAIN, 1, 2);
        heard(PLAIN, 3, answer(3));
        heard(PLAIN, 7, refusal(7));
        Finding finding = only();
        assertThat(finding.cause()).isEqualTo(Cause.INSTRUMENTS);
        assertThat(finding.what()).isEqualTo("2 instruments answer at 9600 8N1: units 3, 7.");
        assertThat(finding.evidence().getFirst())
                .startsWith("unit 3 at 9600 8N1: asked 0303000000018")
                .contains("heard 03");
    }

    @Test
    void damageAtOneAddressAloneThatIsNeverTheSameIsTwoInstruments() {
        heard(PLAIN, 3, answer(3));
        heard(PLAIN, 7, Bytes.hex("07030200"), Bytes.hex("0703020107ffab"), Bytes.hex("07010107"), answer(7));
        assertThat(causes()).containsExactly(Cause.INSTRUMENTS, Cause.DUPLICATE_ADDRESS);
        assertThat(last().what()).startsWith("Two instruments answer at unit 7");
        assertThat(last().evidence()).hasSize(3).first().asString().contains("heard 07030200");
    }

    @Test
    void oneDamagedAnswerOfSevenIsNothingToTellOf() {
        heard(PLAIN, 7, answer(7), answer(7), Bytes.hex("0703"), answer(7), answer(7), answer(7), answer(7));
        assertThat(causes()).containsExactly(Cause.INSTRUMENTS);
    }

    @Test
    void twoAnswersOneAfterTheOtherAreTwoInstruments() {
        heard(PLAIN, 7, Bytes.concat(answer(7), answer(7)), Bytes.concat(answer(7), answer(7)));
        assertThat(causes()).containsExactly(Cause.DUPLICATE_ADDRESS);
    }

    @Test
    void damageThatIsAlwaysTheSameIsTheInstrument() {
        heard(PLAIN, 3, answer(3));
        heard(PLAIN, 7, Bytes.hex("07030200000000"), Bytes.hex("07030200000000"));
        assertThat(causes()).containsExactly(Cause.INSTRUMENTS, Cause.FAULTY_INSTRUMENT);
    }

    @Test
    void anotherParityThanConfiguredIsNamedWithBoth() {
        configured = Optional.of(PLAIN);
        silence(PLAIN, 1, 2, 3);
        heard(EVEN, 3, answer(3));
        assertThat(causes()).containsExactly(Cause.INSTRUMENTS, Cause.WRONG_PARITY);
        assertThat(last().what())
                .isEqualTo(
                        "The line is set to 9600 8N1, but its instruments speak 9600 8E1: the parity or the stop bits"
                                + " are wrong.");
        assertThat(last().remedy()).contains("Set the line to 9600 8E1");
    }

    @Test
    void anotherSpeedThanConfiguredIsNamed() {
        configured = Optional.of(FAST);
        silence(FAST, 3);
        heard(PLAIN, 3, answer(3));
        assertThat(causes()).containsExactly(Cause.INSTRUMENTS, Cause.WRONG_BAUD);
    }

    @Test
    void theQuestionHeardBeforeEachAnswerIsAnEcho() {
        heard(PLAIN, 1, Probe.question(1));
        heard(PLAIN, 2, Probe.question(2));
        heard(PLAIN, 3, Bytes.concat(Probe.question(3), answer(3)));
        assertThat(causes()).containsExactly(Cause.INSTRUMENTS, Cause.ECHO);
        probes.removeLast();
        assertThat(causes()).containsExactly(Cause.ECHO, Cause.SILENCE);
    }

    @Test
    void damageNowAndThenAtSeveralAddressesOfACleanLineIsReflection() {
        captures.add(new Capture(PLAIN, Duration.ofSeconds(1), List.of()));
        Bytes cut = Bytes.hex("03030200");
        heard(PLAIN, 3, answer(3), Bytes.hex("0303020001ffff"), answer(3), cut, answer(3), answer(3));
        heard(PLAIN, 7, answer(7), answer(7), Bytes.hex("07030200"), Bytes.hex("0703"), answer(7), answer(7));
        assertThat(causes()).containsExactly(Cause.TERMINATION);
        assertThat(last().what()).startsWith("Answers of units 3, 7 are damaged now and then");
        captures.add(new Capture(PLAIN, Duration.ofSeconds(1), List.of(Bytes.hex("5a"), Bytes.hex("13c4"))));
        assertThat(causes()).containsExactly(Cause.NOISE);
    }

    @Test
    void octetsThatAreNoFramesAndCameUnaskedAreNoise() {
        captures.add(new Capture(PLAIN, Duration.ofSeconds(1), List.of(Bytes.hex("5a"), Bytes.hex("13c481"))));
        heard(PLAIN, 3, answer(3));
        assertThat(causes()).containsExactly(Cause.INSTRUMENTS, Cause.NOISE);
        assertThat(last().evidence()).first().asString().contains("4 octets in 2 bursts while nobody asked");
    }

    @Test
    void onlyTheRestLevelHeardAndNobodyWhoAnswersIsSwappedWires() {
        captures.add(new Capture(PLAIN, Duration.ofSeconds(1), List.of(Bytes.hex("00"))));
        heard(PLAIN, 1, Bytes.hex("00"), Bytes.hex("00"));
        heard(EVEN, 1, Bytes.hex("0000"), Bytes.hex("ff"));
        assertThat(causes()).containsExactly(Cause.POLARITY);
        assertThat(last().remedy()).startsWith("Exchange the two wires");
    }

    @Test
    void nothingAtAllIsSaidAsSuchAndWhereToLook() {
        silence(PLAIN, 1, 2, 3);
        silence(EVEN, 1, 2, 3);
        assertThat(only().cause()).isEqualTo(Cause.SILENCE);
        assertThat(only().evidence()).singleElement().asString().endsWith("heard nothing");
    }

    @Test
    void anotherMasterIsHeardByItsQuestions() {
        captures.add(
                new Capture(PLAIN, Duration.ofSeconds(1), List.of(Probe.question(4), answer(4), Probe.question(5))));
        assertThat(causes()).startsWith(Cause.OTHER_TALKER);
        assertThat(Diagnosis.of(evidence()).getFirst().what()).endsWith("there is another master.");
    }

    @Test
    void whatTalksByItselfIsNamedByItsFrames() {
        assertThat(Dialect.heardIn(ascii("$GPGLL,5057.970,N,00146.110,E,142451,A*27\r\n")))
                .containsExactly(Dialect.NMEA);
        assertThat(Dialect.heardIn(ascii(":010300000001FB\r\n"))).containsExactly(Dialect.MODBUS_ASCII);
        assertThat(Dialect.heardIn(ascii("/ESY5Q3DA1004 V3.04\r\n"))).containsExactly(Dialect.IEC_62056_21);
        assertThat(Dialect.heardIn(Bytes.hex("0068030368080172" + "7b16").toArray()))
                .containsExactly(Dialect.MBUS);
        assertThat(Dialect.heardIn(Bytes.hex("0068030368080172" + "7a16").toArray()))
                .isEmpty();
        assertThat(Dialect.heardIn(ascii("$GPGLL,5057.970,N,00146.110,E,142451,A*28\r\n")))
                .isEmpty();
        assertThat(Dialect.heardIn(new byte[0])).isEmpty();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void silence(LineFormat format, int... units) {
        for (int unit : units) {
            heard(format, unit, Bytes.EMPTY);
        }
    }

    private void heard(LineFormat format, int unit, Bytes... answers) {
        for (Bytes answer : answers) {
            probes.add(new Probe(format, unit, Probe.question(unit), answer));
        }
    }

    private static Bytes answer(int unit) {
        return closed(unit, 3, 2, 0x12, 0x34);
    }

    private static Bytes refusal(int unit) {
        return closed(unit, 0x83, 2);
    }

    private static Bytes closed(int... octets) {
        byte[] frame = new byte[octets.length + 2];
        for (int i = 0; i < octets.length; i++) {
            frame[i] = (byte) octets[i];
        }
        int crc = Crc16.of(frame, 0, octets.length);
        frame[octets.length] = (byte) crc;
        frame[octets.length + 1] = (byte) (crc >> 8);
        return Bytes.of(frame);
    }

    private Evidence evidence() {
        return new Evidence(configured, captures, probes, List.of());
    }

    private List<Cause> causes() {
        return Diagnosis.of(evidence()).stream().map(Finding::cause).toList();
    }

    private Finding only() {
        assertThat(causes()).hasSize(1);
        return last();
    }

    private Finding last() {
        return Diagnosis.of(evidence()).getLast();
    }
}
