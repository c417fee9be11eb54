// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TransitTest {
    private static final int USUAL = 100;

    private final Transit transit = new Transit();
    private final long whole = transit.left();

    @Test
    void aLeafAloneFillsALongWay() {
        assertThat(transit.take(Transit.MOST).messages()).isEqualTo(Transit.MOST);
    }

    @Test
    void fiveHundredAtOnceShareWhatThereIsAndEachHasSomething() {
        List<Transit.Share> shares = new ArrayList<>();
        for (int leaf = 0; leaf < 500; leaf++) {
            Transit.Share share = transit.take(Transit.MOST);
            shares.add(transit.keep(share, messages(share.messages(), USUAL)));
        }
        assertThat(shares).allMatch(share -> share.messages() >= 1);
        assertThat(transit.left()).isGreaterThan(-whole / 4);
        shares.forEach(transit::giveBack);
        assertThat(transit.left()).isEqualTo(whole);
    }

    @Test
    void whoComesLaterGetsNoLessOnceTheOthersHaveComeRound() {
        List<Transit.Share> shares = new ArrayList<>();
        for (int leaf = 0; leaf < 20; leaf++) {
            shares.add(transit.take(Transit.MOST));
        }
        for (int round = 0; round < 3; round++) {
            for (int leaf = 0; leaf < 20; leaf++) {
                transit.giveBack(shares.get(leaf));
                shares.set(leaf, transit.take(Transit.MOST));
            }
        }
        int most = shares.stream().mapToInt(Transit.Share::messages).max().orElseThrow();
        int least = shares.stream().mapToInt(Transit.Share::messages).min().orElseThrow();
        assertThat(least).isGreaterThanOrEqualTo(most / 4);
    }

    @Test
    void longMessagesCountAsWhatTheyAre() {
        Transit.Share share = transit.take(Transit.MOST);
        Transit.Share kept = transit.keep(share, messages(10, 256 * 1024));
        assertThat(kept.octets()).isEqualTo(10 * 256 * 1024);
        assertThat(transit.take(Transit.MOST).octets()).isLessThanOrEqualTo(whole / 4);
        transit.giveBack(kept);
    }

    @Test
    void whatWasNotSentIsThereForOthersAtOnce() {
        Transit.Share share = transit.take(Transit.MOST);
        long before = transit.left();
        transit.keep(share, messages(1, USUAL));
        assertThat(transit.left()).isGreaterThan(before);
    }

    private static List<TelemetryMessage> messages(int count, int length) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(sequence -> new TelemetryMessage(
                        DeviceId.of("meter"),
                        sequence,
                        Priority.MEASUREMENT,
                        Stamp.confirmed(Instant.EPOCH),
                        Bytes.of(new byte[length])))
                .toList();
    }
}
