// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.downlink;

import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.OrderQueue;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A hub that keeps one leaf's twin as hubs do, and can forget to tell of a change. */
final class TwinHub {
    final List<JsonObject> reports = new CopyOnWriteArrayList<>();
    final List<String> answers = new CopyOnWriteArrayList<>();
    volatile int twinsRead;
    volatile int reportsToRefuse;
    private volatile OrderQueue orders = new OrderQueue();
    private JsonObject desired = JsonValue.EMPTY_JSON_OBJECT; // guarded by this, as is what follows
    private JsonObject reported = JsonValue.EMPTY_JSON_OBJECT;
    private long version = 1;

    HubSession session() {
        orders = new OrderQueue();
        return new Session();
    }

    void desire(String patch) {
        HubOrder change = merge(patch);
        orders.offerDesired(patch.length(), () -> change);
    }

    /** The change happens, and its message is lost. */
    synchronized HubOrder.Desired merge(String patch) {
        desired = merged(desired, Json.parseObject(patch));
        version++;
        return new HubOrder.Desired(version, Json.parseObject(patch));
    }

    void say(HubOrder order) {
        orders.offerCommand(0, () -> order);
    }

    void call(String name, String payload) {
        long now = System.nanoTime();
        String id = String.valueOf(answers.size() + 1);
        orders.offerMethod(payload.length(), () -> new HubOrder.Method(id, name, Json.parse(payload), now));
    }

    /** Like {@code 200 7 21.5}: status, version and value last reported for {@code name}. */
    synchronized String told(String name) {
        return Json.object(reported, name)
                .map(each -> each.get("ac") + " " + each.get("av") + " " + each.get("value"))
                .orElse("nothing");
    }

    synchronized String words(String name) {
        return Json.requireText(Json.object(reported, name).orElseThrow(), "ad");
    }

    private static JsonObject merged(JsonObject old, JsonObject patch) {
        var merged = Json.object(old);
        patch.forEach((name, value) -> {
            if (value.getValueType() == JsonValue.ValueType.NULL) {
                merged.remove(name);
            } else {
                merged.add(name, value);
            }
        });
        return merged.build();
    }

    private final class Session implements HubSession {
        private volatile boolean open = true;

        @Override
        public void send(List<TelemetryMessage> messages) {
            throw new AssertionError("a downlink sent telemetry");
        }

        @Override
        public void report(JsonObject patch) throws IOException {
            synchronized (TwinHub.this) {
                if (reportsToRefuse > 0) {
                    reportsToRefuse--;
                    throw new IOException("429 too many");
                }
                reported = merged(reported, patch);
                reports.add(patch);
            }
        }

        @Override
        public JsonObject twin() {
            synchronized (TwinHub.this) {
                twinsRead++;
                return Json.object()
                        .add("desired", Json.object(desired).add("$version", version))
                        .add("reported", Json.object(reported).add("$version", reports.size() + 1))
                        .build();
            }
        }

        @Override
        public void follow() {}

        @Override
        public Optional<HubOrder> nextOrder(Duration atMost) throws IOException, InterruptedException {
            return orders.next(atMost);
        }

        @Override
        public boolean wakeWithNextOrder(Runnable wake) {
            return orders.wakeWithNext(wake);
        }

        @Override
        public void answer(HubOrder.Method method, int status, JsonValue payload) {
            answers.add(method.requestId() + " " + status + " " + payload);
        }

        @Override
        public void settle(HubOrder.Command command, HubOrder.Settlement settlement) {
            answers.add(settlement + " " + command.messageId());
        }

        @Override
        public boolean renew(Credential fresh) {
            return false;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }
}
