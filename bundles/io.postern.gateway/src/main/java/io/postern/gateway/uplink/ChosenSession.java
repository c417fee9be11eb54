// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.Transport;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A session over the transport that was chosen when it was opened; knows when another has been chosen since. */
final class ChosenSession implements HubSession {
    private static final long NEVER = Long.MIN_VALUE;

    private final HubSession session;
    private final Transport transport;
    private final FallbackHubLink link;
    private volatile long supersededAt = NEVER;

    ChosenSession(HubSession session, Transport transport, FallbackHubLink link) {
        this.session = session;
        this.transport = transport;
        this.link = link;
    }

    Transport transport() {
        return transport;
    }

    /** A better way is open from {@code nanoTime} on. */
    void supersede(long nanoTime) {
        supersededAt = nanoTime == NEVER ? 0 : nanoTime;
    }

    void keep() {
        supersededAt = NEVER;
    }

    @Override
    public boolean isSuperseded() {
        long at = supersededAt;
        return at != NEVER && link.now() - at >= 0;
    }

    @Override
    public void send(List<TelemetryMessage> messages) throws IOException, InterruptedException {
        session.send(messages);
    }

    @Override
    public boolean renew(Credential fresh) throws IOException, InterruptedException {
        return session.renew(fresh);
    }

    @Override
    public void report(JsonObject patch) throws IOException, InterruptedException {
        session.report(patch);
    }

    @Override
    public JsonObject twin() throws IOException, InterruptedException {
        return session.twin();
    }

    @Override
    public void follow() throws IOException, InterruptedException {
        session.follow();
    }

    @Override
    public Optional<HubOrder> nextOrder(Duration atMost) throws IOException, InterruptedException {
        return session.nextOrder(atMost);
    }

    @Override
    public boolean wakeWithNextOrder(Runnable wake) {
        return session.wakeWithNextOrder(wake);
    }

    @Override
    public void answer(HubOrder.Method method, int status, JsonValue payload) throws IOException, InterruptedException {
        session.answer(method, status, payload);
    }

    @Override
    public void settle(HubOrder.Command command, HubOrder.Settlement settlement)
            throws IOException, InterruptedException {
        session.settle(command, settlement);
    }

    @Override
    public boolean isOpen() {
        return session.isOpen();
    }

    @Override
    public void onLoss(Runnable told) {
        session.onLoss(told);
    }

    @Override
    public void close() {
        link.ended(this);
        session.close();
    }
}
