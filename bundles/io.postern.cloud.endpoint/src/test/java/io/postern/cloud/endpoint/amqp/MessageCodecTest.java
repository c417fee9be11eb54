// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.endpoint.amqp.AmqpMessage.Standard;
import io.postern.lab.amqp.Frames;
import io.postern.wire.Bytes;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages as octets. spec: AMQP 1.0 Part 3, 3.2 */
class MessageCodecTest {
    private static final Bytes DATA = Bytes.hex("005375"); // the descriptor of a Data section

    @Test
    void everySectionIsReadAsItWasWritten() {
        var message = new AmqpMessage(
                Map.of(
                        Standard.MESSAGE_ID,
                        new UUID(1, 2),
                        Standard.USER_ID,
                        Bytes.hex("0102"),
                        Standard.TO,
                        "/devices/meter-1/messages/devicebound",
                        Standard.CORRELATION_ID,
                        "c",
                        Standard.CONTENT_TYPE,
                        "application/json",
                        Standard.CREATED,
                        Instant.parse("2026-03-01T08:00:00Z")),
                Map.of("status", 200, "version", 7L),
                Map.of("text", "t", "number", 5, "yes", true),
                new AmqpBody.Data(Bytes.utf8("{}")));

        assertThat(decoded(octets(message))).isEqualTo(message);
    }

    @Test
    void anAnswerHasTheIdOfTheQuestionInItsType() {
        var id = new UUID(3, 4);
        AmqpMessage question = AmqpMessage.of(Map.of(), Bytes.EMPTY).with(Standard.MESSAGE_ID, id);

        assertThat(question.answer(Map.of(), Bytes.EMPTY).correlationId()).contains(id);
    }

    @Test
    void propertiesLargerThanTheBodyFit() {
        AmqpMessage message = AmqpMessage.of(Map.of("long", "x".repeat(60_000)), Bytes.utf8("b"));

        assertThat(decoded(octets(message))).isEqualTo(message);
    }

    @Test
    void aBatchHoldsOneMessageInEachDataSection() {
        Bytes one = octets(AmqpMessage.of(Map.of("n", 1), Bytes.utf8("one")));
        Bytes two = octets(AmqpMessage.of(Map.of("n", 2), Bytes.utf8("two")));
        Bytes batch = Bytes.concat(DATA, Frames.binary(one), DATA, Frames.binary(two));

        assertThat(MessageCodec.decode(batch.toArray(), MessageCodec.BATCH).body())
                .isInstanceOfSatisfying(AmqpBody.Batch.class, read -> assertThat(read.messages())
                        .extracting(each ->
                                each.octets().toUtf8() + each.properties().get("n"))
                        .containsExactly("one1", "two2"));
    }

    @Test
    void severalDataSectionsOfAnOrdinaryMessageAreOneBody() {
        Bytes parts = Bytes.concat(DATA, Frames.binary(Bytes.utf8("a")), DATA, Frames.binary(Bytes.utf8("b")));

        assertThat(decoded(parts).octets()).isEqualTo(Bytes.utf8("ab"));
    }

    static Stream<Bytes> nonsense() {
        Bytes empty = Bytes.concat(DATA, Bytes.hex("a000"));
        Bytes[] crowd = new Bytes[600];
        Arrays.fill(crowd, empty);
        return Stream.of(
                Bytes.hex("ff"),
                Bytes.hex("40"),
                Frames.text("no section"),
                Bytes.concat(DATA, Bytes.hex("b07fffffff")),
                Bytes.concat(Bytes.hex("005377"), Frames.text("a"), Bytes.hex("005377"), Frames.text("b")),
                Bytes.concat(crowd));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void whatIsNoMessageIsRefusedWithAReason(Bytes octets) {
        assertThatThrownBy(() -> decoded(octets))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isNotBlank();
    }

    @Test
    void aBatchOfNonsenseIsRefused() {
        Bytes batch = Bytes.concat(DATA, Frames.binary(Bytes.hex("ffff")));

        assertThatThrownBy(() -> MessageCodec.decode(batch.toArray(), MessageCodec.BATCH))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void valuesOfOurOwnKindsComeBackAsSuch() {
        var value =
                new AmqpBody.Value(Map.of("list", List.of("a", 1), "time", Instant.EPOCH, "octets", Bytes.hex("01")));

        assertThat(decoded(octets(AmqpMessage.of(Map.of(), Bytes.EMPTY).withBody(value)))
                        .body())
                .isEqualTo(value);
    }

    private static AmqpMessage decoded(Bytes octets) {
        return MessageCodec.decode(octets.toArray(), 0);
    }

    private static Bytes octets(AmqpMessage message) {
        ReadableBuffer buffer = MessageCodec.encode(message);
        byte[] octets = new byte[buffer.remaining()];
        buffer.get(octets);
        return Bytes.of(octets);
    }
}
