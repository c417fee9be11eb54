// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.OutboxGauge;
import io.postern.gateway.spi.OutboxReport;
import io.postern.gateway.spi.StateStore;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/** The store as a service: opens the file, hands every call on. */
@Component(
        service = {Outbox.class, OutboxGauge.class, StateStore.class},
        configurationPid = "io.postern.gateway.store",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class StoreComponent implements Outbox, OutboxGauge, StateStore {
    private final JournalStore store;
    private final Outbox outbox;
    private final StateStore state;

    /** The settings of {@code io.postern.gateway.store}. */
    public @interface Config {
        /** Where the files lie. */
        String directory() default "";

        /** Most bytes on disk: KB, MB or GB. */
        String capacity() default "64MB";

        /** Bytes of one file; empty for what suits the capacity. */
        String segment() default "";

        /** How long messages that come right after a sync wait for company. */
        String window() default "27ms";

        /** What becomes of alarms when only alarms are left: dropOldest or keepOldest. */
        String alarmsWhenFull() default "dropOldest";

        /** What becomes of measurements when the outbox is full. */
        String measurementsWhenFull() default "dropOldest";

        /** What becomes of diagnostic messages when the outbox is full. */
        String diagnosticsWhenFull() default "dropOldest";
    }

    @Activate
    public StoreComponent(Config config) throws IOException {
        store = JournalStore.open(settings(config), InstantSource.system());
        outbox = store.outbox();
        state = store.stateStore();
    }

    private static StoreSettings settings(Config config) {
        return StoreSettings.parse(
                config.directory(),
                config.capacity(),
                config.segment(),
                config.window(),
                Map.of(
                        Priority.ALARM, config.alarmsWhenFull(),
                        Priority.MEASUREMENT, config.measurementsWhenFull(),
                        Priority.DIAGNOSTIC, config.diagnosticsWhenFull()));
    }

    @Deactivate
    void deactivate() {
        store.close();
    }

    @Override
    public TelemetryMessage append(DeviceId leaf, Priority priority, Stamp taken, Bytes body) throws IOException {
        return outbox.append(leaf, priority, taken, body);
    }

    @Override
    public List<TelemetryMessage> head(DeviceId leaf, int most) throws IOException {
        return outbox.head(leaf, most);
    }

    @Override
    public List<TelemetryMessage> head(DeviceId leaf, int most, long octets) throws IOException {
        return outbox.head(leaf, most, octets);
    }

    @Override
    public void confirm(DeviceId leaf, long sequence) throws IOException {
        outbox.confirm(leaf, sequence);
    }

    @Override
    public boolean await(DeviceId leaf, long sequence, Duration atMost) throws InterruptedException {
        return outbox.await(leaf, sequence, atMost);
    }

    @Override
    public void wake(DeviceId leaf) {
        outbox.wake(leaf);
    }

    @Override
    public OutboxReport report() {
        return store.report();
    }

    @Override
    public Optional<JsonObject> read(String name) throws IOException {
        return state.read(name);
    }

    @Override
    public void write(String name, JsonObject fact) throws IOException {
        state.write(name, fact);
    }

    @Override
    public void remove(String name) throws IOException {
        state.remove(name);
    }
}
