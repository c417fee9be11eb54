// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.DeviceId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryMeterTest {
    @TempDir
    Path directory;

    @Test
    void soManyRequestsAMinuteAreTakenAndOneMoreIsToldHowLongToWait() throws IOException {
        try (var fixture = new HubFixture(directory)) {
            var nanos = new AtomicLong();
            var meter = new RegistryMeter(
                    new RegistrySettings(List.of(), 60, 0), fixture.database, fixture.clock, nanos::get);
            for (int i = 0; i < 60; i++) {
                assertThat(meter.admit()).isEmpty();
            }

            assertThat(meter.admit()).contains(Duration.ofSeconds(1));
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
            assertThat(meter.admit()).isEmpty();
            assertThat(meter.admit()).isPresent();
            assertThat(meter.state().operations()).isEqualTo(61);
            assertThat(meter.state().throttled()).isEqualTo(2);
        }
    }

    @Test
    @Tag("ISS-10")
    void moreNewDevicesInADayThanExpectedRaiseAnAlertThatOutlastsARestart() throws IOException {
        HubSettings settings = HubSettings.of(HubFixture.NAME).with(new RegistrySettings(List.of(), 6_000, 2));
        try (var fixture = new HubFixture(directory, settings)) {
            fixture.device("a");
            fixture.device("b");
            assertThat(fixture.hub.meter().state().alert()).isFalse();
            fixture.device("c");
            fixture.hub.identities().delete(DeviceId.of("c"), IfMatch.ANY);
            assertThat(fixture.hub.meter().state().alert()).isTrue();
        }
        try (var fixture = new HubFixture(directory, settings)) {
            assertThat(fixture.hub.meter().state().today()).isEqualTo(new RegistryMeter.Day("2026-03-01", 3, 1));
            assertThat(fixture.hub.meter().state().alert()).isTrue();

            fixture.clock.advance(Duration.ofDays(1));
            assertThat(fixture.hub.meter().state().alert()).isFalse();
        }
    }
}
