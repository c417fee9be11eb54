// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.postern.sensor.framed.FrameFormat.Shape;
import io.postern.sensor.framed.FrameParser.Heard;
import io.postern.sensor.framed.FrameParser.State;
import io.postern.wire.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrameParserTest {
    private static final FrameFormat NMEA = format(delimited("$", "\r\n"), Optional.of(CheckSum.NMEA));
    private static final FrameFormat LINES = format(delimited("", "\r\n"), Optional.empty());
    private static final FrameFormat METER = format(delimited("\u0002", "\u0003"), Optional.of(CheckSum.BCC));
    // spec: the example of NMEA sentences in u-blox UBX-13003221, 31.2.14
    private static final Bytes RMC =
            latin("$GPRMC,083559.00,A,4717.11437,N,00833.91522,E,0.004,77.52,091202,,,A*57\r\n");
    private static final Heard RMC_HEARD = frame("GPRMC,083559.00,A,4717.11437,N,00833.91522,E,0.004,77.52,091202,,,A");

    private record Case(FrameFormat format, Bytes content) {}

    private static Stream<Case> cases() {
        CheckSum crc = new CheckSum(CheckSum.Algorithm.CRC16_MODBUS, CheckSum.Form.LITTLE, Bytes.EMPTY, true, false);
        CheckSum dsmr = new CheckSum(CheckSum.Algorithm.CRC16_ARC, CheckSum.Form.HEX, Bytes.EMPTY, true, true);
        return Stream.of(
                new Case(NMEA, latin("GPGGA,1,2,3")),
                new Case(LINES, latin("ST,GS,+012.3456  kg")),
                new Case(METER, latin("1.8.0(000112.6*kWh)\r\n!\r\n")),
                new Case(
                        format(delimited("/", "!"), Optional.of(dsmr)), latin("ISk5\\2MT\r\n\r\n1-0:1.8.1(1*kWh)\r\n")),
                new Case(format(new Shape.Fixed(latin("U"), 11), Optional.of(sum())), Bytes.hex("510102030405060708")),
                new Case(format(new Shape.Fixed(Bytes.EMPTY, 6), Optional.of(crc)), Bytes.hex("01020304")),
                new Case(
                        format(new Shape.Counted(Bytes.hex("a55a"), 1, 1, false, 5), Optional.of(sum())),
                        Bytes.hex("0703aabbcc").slice(0, 5)),
                new Case(
                        format(new Shape.Counted(Bytes.hex("02"), 0, 2, true, 5), Optional.of(crc)),
                        Bytes.hex("0300aabbcc")),
                new Case(format(new Shape.Idle(Duration.ofMillis(50)), Optional.of(crc)), Bytes.hex("0102030405")));
    }

    private static CheckSum sum() {
        return new CheckSum(CheckSum.Algorithm.SUM, CheckSum.Form.BIG, Bytes.EMPTY, true, false);
    }

    private static Shape delimited(String start, String end) {
        return new Shape.Delimited(latin(start), latin(end));
    }

    private static FrameFormat format(Shape shape, Optional<CheckSum> check) {
        return new FrameFormat(shape, check, 120);
    }

    private static Bytes latin(String text) {
        return FramedMapping.octets(text);
    }

    private static Heard frame(String content) {
        return new Heard.Frame(latin(content));
    }

    private static List<Heard> hear(FrameParser parser, Bytes... chunks) {
        List<Heard> heard = new ArrayList<>();
        for (Bytes chunk : chunks) {
            heard.addAll(parser.accept(chunk.toArray(), chunk.length()));
        }
        return heard;
    }

    private static List<Heard> frames(List<Heard> heard) {
        return heard.stream().filter(each -> each instanceof Heard.Frame).toList();
    }

    @Test
    void aSentenceOfTheDataSheetIsAFrame() {
        assertThat(hear(new FrameParser(NMEA), RMC)).containsExactly(RMC_HEARD);
        assertThat(NMEA.build(RMC.slice(1, RMC.length() - 5))).isEqualTo(RMC);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsBuiltIsHeardHoweverItIsCutAndGlued(Case each) {
        Bytes built = each.format().build(each.content());
        Heard wanted = new Heard.Frame(each.content());
        boolean idle = each.format().shape() instanceof Shape.Idle;
        for (int cut = 0; cut <= built.length(); cut++) {
            var parser = new FrameParser(each.format());
            List<Heard> heard = hear(parser, built.slice(0, cut), built.slice(cut, built.length()));
            heard.addAll(parser.silence());
            assertThat(heard).as("cut at %d", cut).containsExactly(wanted);
        }
        if (!idle) {
            assertThat(hear(new FrameParser(each.format()), built, built, built))
                    .containsExactly(wanted, wanted, wanted);
        }
        assertThat(each.format().octets(each.content().length())).isEqualTo(built.length());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aWrongOctetIsNeverAFrameWhereThereIsACheckSum(Case each) {
        if (each.format().check().isEmpty()) {
            return;
        }
        byte[] built = each.format().build(each.content()).toArray();
        for (int at = 0; at < built.length; at++) {
            byte[] wrong = built.clone();
            wrong[at] ^= 0x15;
            var parser = new FrameParser(each.format());
            List<Heard> heard = hear(parser, Bytes.of(wrong));
            heard.addAll(parser.silence());
            assertThat(frames(heard)).as("octet %d", at).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aFrameBehindGarbageIsFoundWhereItHasAStartOrAnEnd(Case each) {
        boolean found = !each.format().shape().start().isEmpty();
        if (!found) {
            return;
        }
        Bytes built = each.format().build(each.content());
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        var noise = new byte[random.nextInt(1, 40)];
        random.nextBytes(noise);
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (byte) (noise[i] & 0x3F | 0x40); // none of it can begin a frame
            noise[i] = noise[i] == 'U' ? (byte) 'V' : noise[i];
        }
        List<Heard> heard = hear(new FrameParser(each.format()), Bytes.of(noise), built);

        assertThat(heard.getFirst()).isInstanceOf(Heard.Garbled.class);
        assertThat(frames(heard)).containsExactly(new Heard.Frame(each.content()));
    }

    @Test
    void aFrameThatBreaksOffIsToldAndTheNextOneIsHeard() {
        assertThat(hear(new FrameParser(NMEA), RMC.slice(0, 30), RMC))
                .containsExactly(new Heard.Garbled("a frame broke off after 30 octets, the next one began"), RMC_HEARD);
    }

    @Test
    void aFrameThatIsTooLongIsToldAndWhatFollowsItsEndIsHeard() {
        var parser = new FrameParser(LINES);
        List<Heard> heard = hear(parser, latin("9".repeat(150)), latin("9\r\n12.5\r\n"));

        assertThat(heard)
                .containsExactly(new Heard.Garbled("more than 120 octets without the end of a frame"), frame("12.5"));
    }

    @Test
    void halfAFrameAtTheBeginningOfListeningIsNone() {
        var parser = FrameParser.midstream(LINES);
        assertThat(parser.state()).isInstanceOf(State.Skipping.class);

        assertThat(hear(parser, latin("2.5\r\n112.5\r"), latin("\n"))).containsExactly(frame("112.5"));
        assertThat(hear(FrameParser.midstream(NMEA), RMC.slice(9, RMC.length()), RMC))
                .containsExactly(RMC_HEARD);
    }

    @Test
    void theRestOfALineAfterAPauseIsNotTakenForAWholeOne() {
        var parser = new FrameParser(LINES);
        hear(parser, latin("11"));

        assertThat(parser.silence()).containsExactly(new Heard.Garbled("a frame broke off after 2 octets"));
        assertThat(hear(parser, latin("2.5\r\n113.0\r\n"))).containsExactly(frame("113.0"));
    }

    @Test
    void inTheMidstOfAStreamAFrameOfFixedLengthCountsWhenAnotherFollows() {
        FrameFormat fixed = format(new Shape.Fixed(Bytes.EMPTY, 3), Optional.of(sum()));
        Bytes one = fixed.build(Bytes.hex("0102"));
        Bytes two = fixed.build(Bytes.hex("4142"));

        // 00 00 00 is a frame by its sum, and yet none
        assertThat(hear(FrameParser.midstream(fixed), Bytes.hex("000000ff"), one, two, one))
                .containsExactly(new Heard.Frame(Bytes.hex("4142")), new Heard.Frame(Bytes.hex("0102")));
    }

    @Test
    void silenceEndsAFrameOfUnknownLength() {
        FrameFormat idle = format(new Shape.Idle(Duration.ofMillis(50)), Optional.empty());
        var parser = FrameParser.midstream(idle);

        assertThat(hear(parser, latin("half"))).isEmpty();
        assertThat(parser.silence()).isEmpty();
        assertThat(hear(parser, latin("who"), latin("le"))).isEmpty();
        assertThat(parser.silence()).containsExactly(frame("whole"));
        assertThat(hear(parser, latin("x".repeat(121)))).hasSize(1);
        assertThat(parser.silence()).isEmpty();
    }

    @Test
    void whatCannotStandInAFrameIsNotBuilt() {
        assertThatIllegalArgumentException().isThrownBy(() -> NMEA.build(latin("a\r\nb")));
        assertThatIllegalArgumentException().isThrownBy(() -> NMEA.build(latin("a$b")));
        assertThatIllegalArgumentException().isThrownBy(() -> NMEA.build(latin("a".repeat(120))));
    }

    @Test
    void manyFalseBeginningsCostNoMoreThanTheirLength() {
        var counted = new FrameFormat(new Shape.Counted(Bytes.hex("01"), 0, 1, false, 2), Optional.of(sum()), 300);
        var parser = new FrameParser(counted);
        var octets = new byte[100_000];
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        for (int i = 0; i < octets.length; i++) {
            octets[i] = random.nextBoolean() ? 1 : (byte) random.nextInt(256);
        }

        assertThat(parser.accept(octets, octets.length)).isNotEmpty();
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.CsvSource({
        "XOR, 31",
        "SUM, dd",
        "LRC, 23",
        "CRC16_ARC, bb3d",
        "CRC16_MODBUS, 4b37",
        "CRC16_KERMIT, 2189",
        "CRC16_CCITT, 29b1",
        "CRC16_XMODEM, 31c3"
    })
    void sumsAreThoseOfTheCatalogue(CheckSum.Algorithm algorithm, String wanted) {
        var check = new CheckSum(algorithm, CheckSum.Form.BIG, Bytes.EMPTY, false, false);
        byte[] digits = latin("123456789").toArray();

        assertThat(Bytes.of(check.of(digits, 0, digits.length))).isEqualTo(Bytes.hex(wanted));
    }
}
