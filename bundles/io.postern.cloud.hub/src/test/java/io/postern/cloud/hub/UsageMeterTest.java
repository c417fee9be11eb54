// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.UsageMeter.Kind;
import io.postern.cloud.hub.UsageMeter.Reading;
import io.postern.wire.Bytes;
import io.postern.wire.hub.PropertyBag;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("ISS-10")
class UsageMeterTest {
    private static final Telemetry TEN_BYTES =
            new Telemetry(new PropertyBag(new LinkedHashMap<>()), Bytes.utf8("0123456789"));

    @TempDir
    Path directory;

    @Test
    void aDaysMessagesBytesAndGarbageAreKeptOverARestartAndBeginAnewTheNextDay() throws Exception {
        try (var fixture = new HubFixture(directory)) {
            send(fixture, fixture.device("meter-1"), 3);
            fixture.hub
                    .once(fixture.admitted(fixture.hub.identities().list(1).getFirst()))
                    .garbled();
        }
        try (var fixture = new HubFixture(directory)) {
            send(fixture, fixture.hub.identities().list(1).getFirst(), 2);

            assertThat(today(fixture, Kind.DEVICES)).isEqualTo(1);
            assertThat(today(fixture, Kind.MESSAGES)).isEqualTo(5);
            assertThat(today(fixture, Kind.BYTES)).isEqualTo(50);
            assertThat(today(fixture, Kind.STORED_BYTES)).isEqualTo(50);
            assertThat(today(fixture, Kind.GARBLED)).isEqualTo(1);

            fixture.clock.advance(Duration.ofDays(1));
            assertThat(today(fixture, Kind.MESSAGES)).isZero();
            assertThat(today(fixture, Kind.STORED_BYTES)).isEqualTo(50);
            assertThat(reading(fixture, Kind.MESSAGES).mean()).isEqualTo(5);
        }
    }

    @Test
    void moreThanTheOperatorExpectsOfADayIsAnAlert() throws Exception {
        HubSettings settings = HubSettings.of(HubFixture.NAME).with(new UsageSettings(4, 1_000, 0, 0, 0));
        try (var fixture = new HubFixture(directory, settings)) {
            DeviceIdentity meter = fixture.device("meter-1");
            send(fixture, meter, 4);
            assertThat(reading(fixture, Kind.MESSAGES).alert()).isEmpty();
            send(fixture, meter, 1);
            assertThat(reading(fixture, Kind.MESSAGES).alert()).contains("messages today: 5, more than the 4 expected");
            assertThat(reading(fixture, Kind.BYTES).alert()).isEmpty();
        }
    }

    @Test
    void aJumpAgainstTheWeekBeforeIsAnAlertAndTheFirstDayIsNone() throws Exception {
        HubSettings settings = HubSettings.of(HubFixture.NAME).with(new UsageSettings(0, 0, 0, 0, 3));
        try (var fixture = new HubFixture(directory, settings)) {
            DeviceIdentity meter = fixture.device("meter-1");
            send(fixture, meter, 2_000);
            assertThat(reading(fixture, Kind.MESSAGES).alert()).isEmpty();
            fixture.clock.advance(Duration.ofDays(2));
            send(fixture, meter, 3_000);
            assertThat(reading(fixture, Kind.MESSAGES))
                    .isEqualTo(new Reading(Kind.MESSAGES, 3_000, 1_000, 0, java.util.Optional.empty()));
            send(fixture, meter, 1);
            assertThat(reading(fixture, Kind.MESSAGES).alert())
                    .contains("messages today: 3001, more than 3 times the mean of 1000 in the days before");
            fixture.clock.advance(Duration.ofDays(8));
            assertThat(reading(fixture, Kind.MESSAGES).mean()).isZero();
        }
    }

    @Test
    void whatTheStreamHasForgottenIsNotStored() throws Exception {
        try (var fixture = new HubFixture(directory, new HubSettings(HubFixture.NAME, Duration.ZERO, 10))) {
            send(fixture, fixture.device("meter-1"), 100);

            assertThat(today(fixture, Kind.BYTES)).isEqualTo(1_000);
            assertThat(today(fixture, Kind.STORED_BYTES)).isBetween(100L, 120L);
        }
    }

    private static long today(HubFixture fixture, Kind kind) {
        return reading(fixture, kind).today();
    }

    private static Reading reading(HubFixture fixture, Kind kind) {
        return fixture.hub.usage().read().get(kind.ordinal());
    }

    private static void send(HubFixture fixture, DeviceIdentity device, int messages) throws Exception {
        List<Telemetry> all = Collections.nCopies(messages, TEN_BYTES);
        for (int from = 0; from < messages; from += 50) {
            fixture.hub.once(fixture.admitted(device)).accept(all.subList(from, Math.min(messages, from + 50)));
        }
    }
}
