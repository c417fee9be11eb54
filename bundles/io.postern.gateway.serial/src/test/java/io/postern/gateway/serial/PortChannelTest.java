// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.Line;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PortChannelTest {
    private static final long MS = 1_000_000;
    private static final SerialSettings SETTINGS =
            new SerialSettings(Path.of("/dev/fake"), 19200, 8, Parity.EVEN, 1); // a character takes 572,916 ns
    private static final long SILENCE = 2_005_206;

    private final FakePort port = new FakePort();
    private final PortChannel channel = new PortChannel(port, SETTINGS, port);
    private final byte[] buffer = new byte[16];
    private final byte[] buffer64 = new byte[64];

    @Test
    void theFirstFrameWaitsOutTheSilence() throws Exception {
        channel.write(new byte[] {1, 2});

        assertThat(port.written()).containsExactly(new FakePort.Written(SILENCE, "0102"));
    }

    @Test
    void theNextFrameWaitsUntilTheLastOneHasLeftAndTheSilenceAfterIt() throws Exception {
        channel.write(new byte[8]);
        channel.write(new byte[8]);

        assertThat(port.written().getLast().atNanos()).isEqualTo(SILENCE + 8 * 572_916 + SILENCE);
    }

    @Test
    void theNextFrameWaitsOutTheSilenceAfterAnAnswer() throws Exception {
        channel.write(new byte[8]);
        port.arrives(30 * MS, "0a0b");
        int got = channel.read(buffer, 0, Duration.ofMillis(100));
        long heard = port.nanoTime();
        channel.write(new byte[8]);

        assertThat(got).isEqualTo(2);
        assertThat(port.written().getLast().atNanos()).isEqualTo(heard + SILENCE);
    }

    @Test
    void whatCameUnaskedIsDroppedBeforeAFrame() throws Exception {
        port.arrives(0, "deadbeef").arrives(MS, "99").arrives(50 * MS, "77");
        channel.write(new byte[] {1});

        assertThat(channel.read(buffer, 0, Duration.ofMillis(100))).isEqualTo(1);
        assertThat(buffer[0]).isEqualTo((byte) 0x77);
    }

    @Test
    void aReadReturnsWithTheFirstOctetsAndPutsThemWhereItWasTold() throws Exception {
        port.arrives(5 * MS, "0102").arrives(6 * MS, "03");

        assertThat(channel.read(buffer, 3, Duration.ofMillis(100))).isEqualTo(2);
        assertThat(HexFormat.of().formatHex(Arrays.copyOf(buffer, 6))).isEqualTo("000000010200");
        assertThat(port.nanoTime()).isBetween(5 * MS, 6 * MS);
    }

    @Test
    void aReadGivesUpWhenItsPatienceHasRunOutAndNotLater() throws Exception {
        assertThat(channel.read(buffer, 0, Duration.ofMillis(37))).isZero();
        assertThat(port.nanoTime()).isEqualTo(37 * MS);
    }

    @Test
    void quietLastsUntilNothingHasComeForTheWholeTime() throws Exception {
        port.arrives(40 * MS, "0102").arrives(80 * MS, "0304");
        channel.quiet(Duration.ofMillis(50));

        assertThat(port.nanoTime()).isBetween(130 * MS, 133 * MS);
        assertThat(channel.read(buffer, 0, Duration.ZERO)).isZero();
    }

    @Test
    void aLineThatIsNeverSilentIsAnErrorThatSaysWhatToLookAt() {
        for (long at = 0; at < 3_000 * MS; at += MS) {
            port.arrives(at, "55");
        }

        assertThatThrownBy(() -> channel.write(new byte[] {1}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/dev/fake is never silent")
                .hasMessageContaining("another master");
        assertThat(port.written()).isEmpty();
        assertThat(port.nanoTime()).isLessThan(2_100 * MS);
    }

    @Test
    void aHangUpIsRememberedAlsoWhenItsExceptionIsSwallowed() {
        port.hangsUp(10 * MS);

        assertThat(channel.gone()).isEmpty();
        assertThatThrownBy(() -> channel.read(buffer, 0, Duration.ofSeconds(1))).isInstanceOf(PortGoneException.class);
        assertThat(channel.gone()).hasValueSatisfying(e -> assertThat(e).hasMessage("/dev/fake hung up"));
    }

    @Test
    void aBufferWithoutRoomIsTheCallersMistake() {
        assertThatThrownBy(() -> channel.read(buffer, 16, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itSleepsUntilAllThatIsExpectedCanBeThere() throws Exception {
        channel.write(new byte[8]);
        channel.expect(25);
        long answer = 20 * MS;
        for (int i = 0; i < 25; i++) {
            port.arrives(answer + i * 572_916L, "%02x".formatted(i));
        }
        int got = 0;
        int reads = 0;
        while (got < 25) {
            int more = channel.read(buffer64, got, Duration.ofMillis(100));
            got += more;
            reads++;
        }

        assertThat(reads).isLessThan(6); // instead of one for each octet
        assertThat(port.nanoTime()).isLessThan(answer + 24 * 572_916L + 200_000); // and none too late
    }

    @Test
    void turnaroundAndTheTimeTheLineWasOccupiedAreMeasured() throws Exception {
        channel.write(new byte[8]);
        long asked = SILENCE + 8 * 572_916L;
        port.arrives(asked + 5 * MS + 572_916, "0a"); // its first bit 5 ms after the question's last
        assertThat(channel.read(buffer, 0, Duration.ofMillis(100))).isEqualTo(1);
        channel.note(Line.Event.FRAME);
        var counts = channel.takeRun().counts();

        assertThat(counts.frames()).isEqualTo(1);
        assertThat(counts.turnaround()).isBetween(Duration.ofMillis(5), Duration.ofNanos(5_700_000));
        assertThat(counts.busTime()).isEqualTo(Duration.ofNanos(port.nanoTime()));
        assertThat(channel.takeRun().counts().busTime()).isZero();
    }

    @Test
    void aFloodOfGarbageCostsFewLooks() {
        var flood = new Flood();
        var drowned = new PortChannel(flood, SETTINGS, flood);

        assertThatThrownBy(() -> drowned.write(new byte[] {1})).hasMessageContaining("is never silent");
        assertThat(flood.reads).isLessThan(3_000); // of at most 512 octets, in 2 s
    }

    /** Always has as much as one can take. */
    private static final class Flood implements Port, Ticker {
        private long now;
        private int reads;

        @Override
        public int read(byte[] buffer, int offset) {
            reads++;
            return buffer.length - offset;
        }

        @Override
        public void write(byte[] frame) {}

        @Override
        public void close() {}

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public void pause(long nanos) {
            now += nanos;
        }
    }
}
