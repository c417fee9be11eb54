// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SseParserTest {
    private static final String STREAM =
            "\uFEFF: welcome\n\nid: 1\nevent: telemetry\ndata: {\"a\":\"ü€\"}\n\ndata:two\r\ndata: lines\r\n\r\nretry: 5\r\rdata\r\rdata: cut short";

    @Test
    void readsTheSameEventsInEveryChunking() throws IOException {
        byte[] octets = STREAM.getBytes(StandardCharsets.UTF_8);
        for (int size = 1; size <= octets.length; size++) {
            assertThat(parse(octets, size))
                    .as("chunks of %d", size)
                    .containsExactly("{\"a\":\"ü€\"}", "two\nlines", "");
        }
    }

    @Test
    void readsTheSameEventsWhateverPlaceTheStreamIsCutAt() throws IOException {
        byte[] octets = STREAM.getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut <= octets.length; cut++) {
            var parser = new SseParser();
            List<String> events = new ArrayList<>(parser.feed(octets, cut));
            events.addAll(parser.feed(Arrays.copyOfRange(octets, cut, octets.length), octets.length - cut));
            assertThat(events).as("cut at %d", cut).hasSize(3);
        }
    }

    @Test
    void takesOnlyOneSpaceAwayAndKeepsColons() throws IOException {
        assertThat(parse("data:  a: b\n\n".getBytes(StandardCharsets.UTF_8), 100))
                .containsExactly(" a: b");
    }

    @Test
    void passesOverFieldsThatOnlyBeginLikeData() throws IOException {
        assertThat(parse("database: no\ndata: yes\n\n".getBytes(StandardCharsets.UTF_8), 100))
                .containsExactly("yes");
    }

    @Test
    void refusesALineThatNeverEnds() {
        var parser = new SseParser();
        byte[] octets = new byte[64 * 1024];
        Arrays.fill(octets, (byte) 'x');
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 17; i++) {
                        parser.feed(octets, octets.length);
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("longer than");
    }

    @Test
    void refusesAnEventThatNeverEnds() {
        var parser = new SseParser();
        byte[] octets = ("data: " + "x".repeat(8000) + "\n").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 140; i++) {
                        parser.feed(octets, octets.length);
                    }
                })
                .isInstanceOf(IOException.class);
    }

    private static List<String> parse(byte[] octets, int size) throws IOException {
        var parser = new SseParser();
        List<String> events = new ArrayList<>();
        for (int at = 0; at < octets.length; at += size) {
            byte[] chunk = Arrays.copyOfRange(octets, at, Math.min(octets.length, at + size));
            events.addAll(parser.feed(chunk, chunk.length));
        }
        return events;
    }
}
