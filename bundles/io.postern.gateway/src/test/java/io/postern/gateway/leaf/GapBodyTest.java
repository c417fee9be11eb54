// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.TimeQuality;
import io.postern.gateway.time.Box;
import io.postern.gateway.time.TimeSource;
import io.postern.gateway.time.TrustedClock;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GapBodyTest {
    private static final DeviceId METER = DeviceId.of("meter-1");

    private final Box box = new Box("2026-11-22T08:00:00Z", "1970-01-01T00:00:10Z");

    @Test
    void bothEndsOfAGapThatBeganAndEndedInDifferentErasArePutRight() throws Exception {
        TrustedClock clock = box.open();
        Instant begin = box.truth();
        Stamp last = clock.stamp();
        box.later(Duration.ofMinutes(1));
        clock.heard(box.claim(TimeSource.SERVER, "a", Duration.ofDays(3)));
        box.later(Duration.ofMinutes(4));
        Instant end = box.truth();
        TelemetryMessage gap = message(clock.stamp(), GapBody.encode(last, clock.stamp(), "mute"));

        clock.heard(box.claim(TimeSource.SIGNED));
        TelemetryMessage sent = GapBody.resolve(gap, clock);
        assertThat(sent.taken()).isEqualTo(Stamp.confirmed(end));
        assertThat(sent.body().toUtf8())
                .isEqualTo("{\"gap\":{\"begin\":\"%s\",\"end\":\"%s\",\"reason\":\"mute\"}}".formatted(begin, end));
        assertThat(sent.properties()).isEqualTo(Map.of("seq", "7"));
    }

    @Test
    void aGapIsNoMoreSureThanItsBeginning() throws Exception {
        TrustedClock clock = box.open();
        Stamp last = clock.stamp();
        box.dark(Duration.ofHours(2), "1970-01-01T00:00:10Z");
        TrustedClock after = box.open();
        after.heard(box.claim(TimeSource.SIGNED));
        TelemetryMessage sent =
                GapBody.resolve(message(after.stamp(), GapBody.encode(last, after.stamp(), "off")), after);
        assertThat(sent.taken().quality()).isEqualTo(TimeQuality.ESTIMATED);
        assertThat(sent.properties()).containsEntry("time", "estimated");
    }

    @Test
    void aReadingOfAnEraThatIsNotKnownYetSaysSoAndKeepsItsBody() throws Exception {
        TrustedClock clock = box.open();
        TelemetryMessage reading = message(clock.stamp(), Bytes.utf8("{\"gap\":3}"));
        assertThat(GapBody.resolve(reading, clock)).isEqualTo(reading);
        assertThat(reading.properties()).containsEntry("time", "unknown");
        clock.heard(box.claim(TimeSource.SIGNED));
        assertThat(GapBody.resolve(reading, clock).taken()).isEqualTo(Stamp.confirmed(box.truth()));
    }

    @Test
    void aGapFromBeforeTheClockHadErasIsLeftAsItIs() throws Exception {
        TrustedClock clock = box.open();
        String body =
                "{\"gap\":{\"begin\":\"2026-11-01T00:00:00Z\",\"end\":\"2026-11-02T00:00:00Z\",\"reason\":\"off\"}}";
        TelemetryMessage old = message(Stamp.confirmed(Instant.parse("2026-11-02T00:00:00Z")), Bytes.utf8(body));
        assertThat(GapBody.resolve(old, clock)).isEqualTo(old);
    }

    @Test
    void aGapThatTheDiskMadeHasNoBeginningAndEndsAtTheLatestWhenItIsTold() throws Exception {
        TrustedClock clock = box.open();
        clock.heard(box.claim(TimeSource.SIGNED));
        String body = "{\"gap\":{\"end\":\"%s\",\"reason\":\"outbox damaged\",\"sequences\":[[1,7]]}}";
        Instant wrong = Instant.parse("1970-01-01T00:00:10Z");
        TelemetryMessage damage = message(new Stamp(wrong, TimeQuality.UNKNOWN, 0), Bytes.utf8(body.formatted(wrong)));
        TelemetryMessage sent = GapBody.resolve(damage, clock);
        assertThat(sent.taken()).isEqualTo(Stamp.confirmed(box.truth()));
        assertThat(sent.body().toUtf8()).isEqualTo(body.formatted(box.truth()));
    }

    private static TelemetryMessage message(Stamp taken, Bytes body) {
        return new TelemetryMessage(METER, 7, Priority.MEASUREMENT, taken, body);
    }
}
