// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.Priority;
import io.postern.gateway.Reading;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.spi.LeafClaims;
import io.postern.gateway.spi.Outbox;
import io.postern.sensor.Measurement;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class GatewayTest {
    private static final Instant TAKEN = Instant.parse("2026-03-01T08:00:00Z");
    private static final DeviceId METER = DeviceId.of("meter-1");

    private final List<TelemetryMessage> stored = new ArrayList<>();
    private final Gateway gateway =
            new Gateway(new Roster(List.of(LeafDevice.parse("meter-1"))), new RecordingOutbox());

    @Test
    void aReadingBecomesOneMessageWithItsValuesAsJsonInTheirOrder() throws IOException {
        SequencedMap<String, Measurement> values = new LinkedHashMap<>();
        values.put("voltage", new Measurement.Quantity(230.25));
        values.put("pulses", new Measurement.Count(9_007_199_254_740_993L)); // beyond what a double can hold
        values.put("open", new Measurement.Flag(true));
        values.put("mode", new Measurement.Text("auto \"night\""));

        gateway.accept(new Reading(METER, Stamp.confirmed(TAKEN), values));

        assertThat(stored)
                .containsExactly(new TelemetryMessage(
                        METER,
                        1,
                        Priority.MEASUREMENT,
                        Stamp.confirmed(TAKEN),
                        Bytes.utf8("{\"voltage\":230.25,\"pulses\":9007199254740993,\"open\":true,"
                                + "\"mode\":\"auto \\\"night\\\"\"}")));
    }

    @Test
    void aReadingThatSaysThatAnAlarmBeganOrEndedGoesIntoTheOutboxAsAnAlarm() throws IOException {
        for (String alarm : List.of("high", "none")) {
            var values = new LinkedHashMap<String, Measurement>();
            values.put("level", new Measurement.Quantity(98.5));
            values.put("levelAlarm", new Measurement.Text(alarm));
            gateway.accept(new Reading(METER, Stamp.confirmed(TAKEN), values));
        }
        gateway.accept(new Reading(
                METER,
                Stamp.confirmed(TAKEN),
                new LinkedHashMap<>(Map.of("fireAlarm", new Measurement.Flag(false))))); // a field of that name

        assertThat(stored)
                .extracting(TelemetryMessage::priority)
                .containsExactly(Priority.ALARM, Priority.ALARM, Priority.MEASUREMENT);
    }

    @Test
    void aCopyIsShownWhatTheOutboxHasAndCannotHoldItUp() throws IOException {
        List<Bytes> copied = new ArrayList<>();
        gateway.add((_, _) -> {
            throw new IllegalStateException("a defect");
        });
        gateway.add((reading, body) -> {
            assertThat(stored).hasSize(1);
            copied.add(body);
        });

        gateway.accept(
                new Reading(METER, Stamp.confirmed(TAKEN), new LinkedHashMap<>(Map.of("v", new Measurement.Count(1)))));

        assertThat(copied).containsExactly(Bytes.utf8("{\"v\":1}"));
    }

    @Test
    void aLeafThatIsNotConfiguredIsNamedAndNothingIsStored() {
        var reading = new Reading(
                DeviceId.of("meter-2"),
                Stamp.confirmed(TAKEN),
                new LinkedHashMap<>(Map.of("v", new Measurement.Count(1))));
        assertThatThrownBy(() -> gateway.accept(reading))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("meter-2")
                .hasMessageContaining("leaves");
        assertThat(stored).isEmpty();
    }

    @Test
    void aLeafHasOneDriverAtATime() {
        LeafClaims.Claim first = gateway.claim(METER, "io.postern.gateway.modbus~a");
        assertThatThrownBy(() -> gateway.claim(METER, "io.postern.gateway.gpio~b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("leaf: meter-1 has a driver already, io.postern.gateway.modbus~a");

        first.close();
        first.close();
        gateway.claim(METER, "io.postern.gateway.gpio~b");
        first.close();
        assertThatThrownBy(() -> gateway.claim(METER, "c")).hasMessageContaining("io.postern.gateway.gpio~b");
    }

    @Test
    void aDriverOfALeafThatIsNotConfiguredIsToldWhereToAddIt() {
        assertThatThrownBy(() -> gateway.claim(DeviceId.of("meter-2"), "io.postern.gateway.modbus~a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("leaf: meter-2 is not on this gateway: add it to the key leaves of io.postern.gateway");
    }

    private final class RecordingOutbox implements Outbox {
        @Override
        public TelemetryMessage append(DeviceId leaf, Priority priority, Stamp taken, Bytes body) {
            var message = new TelemetryMessage(leaf, stored.size() + 1L, priority, taken, body);
            stored.add(message);
            return message;
        }

        @Override
        public List<TelemetryMessage> head(DeviceId leaf, int most) {
            return List.copyOf(stored);
        }

        @Override
        public void confirm(DeviceId leaf, long sequence) {
            stored.removeIf(message -> message.sequence() <= sequence);
        }

        @Override
        public boolean await(DeviceId leaf, long sequence, Duration atMost) {
            return !stored.isEmpty();
        }
    }
}
