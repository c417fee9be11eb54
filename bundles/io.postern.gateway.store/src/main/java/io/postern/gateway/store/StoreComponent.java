// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.StateStore;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/** The store as a service: opens the file, hands every call on. */
@Component(
        service = {Outbox.class, StateStore.class},
        configurationPid = "io.postern.gateway.store",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class StoreComponent implements Outbox, StateStore {
    private final SqliteStore store;
    private final Outbox outbox;
    private final StateStore state;

    /** The settings of {@code io.postern.gateway.store}. */
    public @interface Config {
        /** Where the file lies. */
        String directory() default "";

        /** Most bytes of messages kept for the hub: KB, MB or GB. */
        String capacity() default "64MB";
    }

    @Activate
    public StoreComponent(Config config) throws IOException {
        store = SqliteStore.open(StoreSettings.parse(config.directory(), config.capacity()), InstantSource.system());
        outbox = store.outbox();
        state = store.stateStore();
    }

    @Deactivate
    void deactivate() {
        store.close();
    }

    @Override
    public TelemetryMessage append(DeviceId leaf, Instant taken, Bytes body) throws IOException {
        return outbox.append(leaf, taken, body);
    }

    @Override
    public List<TelemetryMessage> head(DeviceId leaf, int most) throws IOException {
        return outbox.head(leaf, most);
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
