// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.ModelId;
import io.postern.wire.SasToken;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A hub that can be away until a time, refuse tokens, lose acknowledgements, and ends sessions with their tokens. */
final class FakeHub implements HubLink {
    final List<TelemetryMessage> accepted = new CopyOnWriteArrayList<>();
    final List<SasToken> opened = new CopyOnWriteArrayList<>();
    final List<JsonObject> reports = new CopyOnWriteArrayList<>();
    final List<String> answers = new CopyOnWriteArrayList<>();
    final BlockingQueue<HubOrder> orders = new LinkedBlockingQueue<>();
    final Set<SasToken> refused = ConcurrentHashMap.newKeySet();
    final AtomicInteger acknowledgementsToLose = new AtomicInteger();
    final AtomicInteger openings = new AtomicInteger();
    volatile Instant awayUntil = Instant.MIN;
    volatile boolean strict; // nobody is let in
    volatile Supplier<IOException> trouble = () -> new IOException("nobody answers"); // while it is away
    volatile boolean letsIn; // also while it is away; then messages are not taken
    volatile boolean renews; // takes another token in a session
    volatile boolean cutsAfterEach; // takes one batch a session and cuts it
    volatile int mostAtOnce;
    final List<SasToken> renewed = new CopyOnWriteArrayList<>();

    private final InstantSource clock;
    private final Set<FakeSession> live = ConcurrentHashMap.newKeySet();

    FakeHub(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public HubSession open(HubName hub, DeviceId device, Credential credential, Optional<ModelId> model)
            throws IOException {
        openings.incrementAndGet();
        if (!(credential instanceof Credential.Token(SasToken token))) {
            throw new IOException("this hub knows tokens only");
        }
        if (isAway() && !letsIn) {
            throw trouble.get();
        }
        if (strict || refused.contains(token) || token.isExpired(clock.instant())) {
            throw new NotAuthorizedException("not with " + token);
        }
        var session = new FakeSession(token);
        live.add(session);
        opened.add(token);
        mostAtOnce = Math.max(mostAtOnce, live.size());
        return session;
    }

    List<Long> sequences() {
        return accepted.stream().map(TelemetryMessage::sequence).toList();
    }

    int live() {
        return live.size();
    }

    void cut() {
        live.forEach(session -> session.cut = true);
    }

    private boolean isAway() {
        return clock.instant().isBefore(awayUntil);
    }

    private final class FakeSession implements HubSession {
        private volatile SasToken token;
        private volatile boolean cut;

        FakeSession(SasToken token) {
            this.token = token;
        }

        @Override
        public void send(List<TelemetryMessage> messages) throws IOException {
            if (isAway() && letsIn) {
                throw trouble.get();
            }
            if (!isOpen()) {
                throw new IOException("gone");
            }
            accepted.addAll(messages);
            cut = cutsAfterEach;
            if (acknowledgementsToLose.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                cut = true;
                throw new IOException("the acknowledgement was lost");
            }
        }

        @Override
        public void report(JsonObject patch) {
            reports.add(patch);
        }

        @Override
        public JsonObject twin() {
            return Json.object().build();
        }

        @Override
        public void follow() {}

        @Override
        public Optional<HubOrder> nextOrder(Duration atMost) throws InterruptedException {
            return Optional.ofNullable(orders.poll(atMost.toMillis(), TimeUnit.MILLISECONDS));
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
        public boolean renew(Credential fresh) throws IOException {
            if (renews && fresh instanceof Credential.Token(SasToken other)) {
                if (refused.contains(other)) {
                    throw new NotAuthorizedException("not with " + other);
                }
                token = other;
                renewed.add(other);
            }
            return renews;
        }

        @Override
        public boolean isOpen() {
            return !cut && (letsIn || !isAway()) && live.contains(this) && !token.isExpired(clock.instant());
        }

        @Override
        public void close() {
            live.remove(this);
        }
    }
}
