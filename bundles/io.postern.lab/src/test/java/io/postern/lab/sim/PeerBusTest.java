// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Templates;
import io.postern.sensor.framed.FramedMapping;
import io.postern.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/** A balance on a line whose time is simulated. */
class PeerBusTest {
    private static final CharacterFormat LINE = CharacterFormat.parse(9600, "8N1");
    private static final String ANSWER = "S S      12.50 g\r\n";

    private final List<PeerBus.Exchange> exchanges = new ArrayList<>();
    private final PeerBus bus = new PeerBus(0, Duration.ofMillis(300), new SplittableRandom(1), exchanges::add);
    private final StationChannel channel = new StationChannel(bus, LINE);

    private void put(LongFunction<Map<String, Measurement>> values) throws Exception {
        FramedMapping mapping = FramedMapping.of(Templates.shipped().read("mettler-new-classic"));
        bus.put(PeerStation.framed(mapping, "", Duration.ofMillis(5), 0, values), frame -> frame);
    }

    @Test
    void itAnswersAndItsFaultsAreHeard() throws Exception {
        put(_ -> Map.of("weight", new Quantity(12.5)));

        assertThat(ask("SI\r\n")).isEqualTo(ANSWER);
        assertThat(ask("SI\r\n", "mute")).isEmpty();
        assertThat(ask("SI\r\n", "cut")).isEqualTo(ANSWER.substring(0, 9));
        assertThat(ask("SI\r\n", "glued")).isEqualTo(ANSWER + ANSWER);
        assertThat(ask("SI\r\n", "garbage")).isNotEmpty().isNotEqualTo(ANSWER);
        assertThat(ask("SI\r\n", "2/mute")).isEqualTo(ANSWER);
        long before = channel.nanoTime();
        assertThat(ask("SI\r\n", "late:800ms")).isEqualTo(ANSWER);
        assertThat(channel.nanoTime() - before).isGreaterThan(800_000_000L);
        assertThat(exchanges).hasSize(7).allSatisfy(exchange -> assertThat(exchange.heard())
                .isEqualTo(Bytes.utf8("SI\r\n")));
    }

    @Test
    void whatNobodyUnderstandsIsToldOnce() throws Exception {
        put(_ -> Map.of("weight", new Quantity(12.5)));

        assertThat(ask("nonsense\r\n")).isEmpty();
        assertThat(exchanges).singleElement().satisfies(exchange -> {
            assertThat(exchange.who()).isZero();
            assertThat(exchange.heard()).isEqualTo(Bytes.utf8("nonsense\r\n"));
        });
    }

    @Test
    void aValueThatHasNoRoomInItsFrameIsToldAndTheLineGoesOn() throws Exception {
        put(at -> Map.of("weight", new Quantity(at < 1_000_000_000L ? 1e30 : 12.5)));

        assertThat(ask("SI\r\n")).isEmpty();
        assertThat(exchanges.getFirst().trouble()).isPresent();
        assertThat(ask("SI\r\n")).isEqualTo(ANSWER);
    }

    private String ask(String question, String... faults) throws Exception {
        List<PlannedFault> planned =
                java.util.Arrays.stream(faults).map(PlannedFault::parse).toList();
        planned.forEach(bus::add);
        channel.write(question.getBytes(StandardCharsets.US_ASCII));
        var heard = new StringBuilder();
        var buffer = new byte[64];
        for (int got = channel.read(buffer, 0, Duration.ofSeconds(2));
                got > 0;
                got = channel.read(buffer, 0, Duration.ofSeconds(2))) {
            heard.append(new String(buffer, 0, got, StandardCharsets.ISO_8859_1));
        }
        planned.forEach(bus::remove);
        return heard.toString();
    }
}
