// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.mbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.sensor.mbus.LinkParser.Heard;
import io.postern.wire.Bytes;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LinkParserTest {
    private static final Bytes NKE = Bytes.hex("1040014116");
    // the example of a fixed telegram in "The M-Bus: A Documentation", 4.8, 6.2; its sum holds whatever is inside
    private static final Bytes LONG = Bytes.hex("68131368080573785634120a00e97e010000003501000" + "03c16");

    private static Stream<Bytes> frames() {
        return Stream.of(NKE, LONG, Bytes.hex("e5"), Bytes.hex("680303685301fe5216"));
    }

    private static List<Heard> hear(LinkParser parser, Bytes... chunks) {
        return Stream.of(chunks)
                .flatMap(chunk -> parser.accept(chunk.toArray(), chunk.length()).stream())
                .toList();
    }

    private static List<LinkFrame> framesOf(List<Heard> heard) {
        return heard.stream()
                .filter(Heard.Frame.class::isInstance)
                .map(each -> ((Heard.Frame) each).frame())
                .toList();
    }

    @Test
    void aFrameSaysWhatItIs() {
        assertThat(hear(new LinkParser(), NKE)).containsExactly(new Heard.Frame(new LinkFrame.Short(0x40, 1)));
        assertThat(hear(new LinkParser(), LONG))
                .containsExactly(new Heard.Frame(
                        new LinkFrame.Long(8, 5, 0x73, Bytes.hex("785634120a00e97e01000000350100" + "00"))));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void aFrameIsHeardHoweverItIsCutAndGluedAndBuiltTheSame(Bytes frame) {
        LinkFrame wanted = framesOf(hear(new LinkParser(), frame)).getFirst();
        assertThat(wanted.encode()).isEqualTo(frame);
        for (int cut = 0; cut <= frame.length(); cut++) {
            assertThat(hear(new LinkParser(), frame.slice(0, cut), frame.slice(cut, frame.length()), NKE))
                    .as("cut at %d", cut)
                    .containsExactly(new Heard.Frame(wanted), new Heard.Frame(new LinkFrame.Short(0x40, 1)));
        }
    }

    @Test
    void everySingleWrongBitIsSeenAndWhatFollowsIsHeard() {
        for (int bit = 0; bit < LONG.length() * 8; bit++) {
            byte[] wrong = LONG.toArray();
            wrong[bit / 8] ^= (byte) (1 << bit % 8);
            var parser = new LinkParser();
            parser.accept(wrong, wrong.length);
            parser.silence();

            assertThat(framesOf(hear(new LinkParser(), Bytes.of(wrong))))
                    .as("bit %d", bit)
                    .noneMatch(LinkFrame.Long.class::isInstance);
            assertThat(framesOf(hear(parser, NKE))).containsExactly(new LinkFrame.Short(0x40, 1));
        }
    }

    @Test
    void anAcknowledgementInTheMidstOfASpoiledFrameIsNone() {
        byte[] wrong =
                new LinkFrame.Long(8, 1, 0x72, Bytes.hex("e5e5e5e5")).encode().toArray();
        wrong[wrong.length - 2] ^= 1;
        List<Heard> heard = hear(new LinkParser(), Bytes.of(wrong));

        assertThat(heard).containsExactly(new Heard.Garbled("the check sum of a frame of 13 octets is wrong"));
    }

    @Test
    void whatBreaksOffIsTold() {
        var parser = new LinkParser();
        parser.accept(LONG.toArray(), 9);

        assertThat(parser.state()).isEqualTo(new LinkParser.State.Gathering(9, 25));
        assertThat(parser.silence()).containsExactly(new Heard.Garbled("a frame broke off after 9 octets"));
        assertThat(parser.silence()).isEmpty();
    }
}
