// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.ModelId;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One transport to a hub that takes everything, but for the times in which there is trouble. */
final class PlayedLink implements HubLink {
    final AtomicInteger openings = new AtomicInteger();
    final Set<DeviceId> unacknowledged = ConcurrentHashMap.newKeySet(); // whose next batch is taken without a word
    private final Consumer<TelemetryMessage> taken;
    private volatile Optional<Trouble> trouble = Optional.empty();

    /** @param letsIn there are sessions, and they end with the first message */
    record Trouble(IOException said, boolean letsIn) {}

    PlayedLink(Consumer<TelemetryMessage> taken) {
        this.taken = taken;
    }

    /** All that is open ends; until {@link #mended} nothing gets through. */
    void troubled(Trouble by) {
        openings.set(0);
        trouble = Optional.of(by);
    }

    void mended() {
        trouble = Optional.empty();
    }

    @Override
    public HubSession open(HubName hub, DeviceId device, Credential credential, Optional<ModelId> model)
            throws IOException {
        openings.incrementAndGet();
        Optional<Trouble> now = trouble;
        if (now.isPresent() && !now.get().letsIn) {
            throw now.get().said;
        }
        return new Session(device, now.isPresent());
    }

    private final class Session implements HubSession {
        private final DeviceId device;
        private final boolean doomed;

        Session(DeviceId device, boolean doomed) {
            this.device = device;
            this.doomed = doomed;
        }

        @Override
        public void send(List<TelemetryMessage> messages) throws IOException {
            Optional<Trouble> now = trouble;
            if (now.isPresent()) {
                throw now.get().said;
            }
            messages.forEach(taken);
            if (unacknowledged.remove(device)) {
                throw new IOException("the acknowledgement was lost");
            }
        }

        @Override
        public boolean isOpen() {
            return trouble.isPresent() == doomed;
        }

        @Override
        public boolean renew(Credential fresh) {
            return true;
        }

        @Override
        public void report(JsonObject patch) {
            throw new UnsupportedOperationException("nobody here reports properties");
        }

        @Override
        public JsonObject twin() {
            return Json.object().build();
        }

        @Override
        public void follow() {
            // there is nothing to hear
        }

        @Override
        public Optional<HubOrder> nextOrder(Duration atMost) {
            return Optional.empty();
        }

        @Override
        public void answer(HubOrder.Method method, int status, JsonValue payload) {
            throw new UnsupportedOperationException("nobody here is asked");
        }

        @Override
        public void settle(HubOrder.Command command, HubOrder.Settlement settlement) {
            throw new UnsupportedOperationException("nobody here is sent anything");
        }

        @Override
        public void close() {
            // nothing is kept
        }
    }
}
