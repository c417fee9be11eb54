// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.dps.RegistrationDesk;
import io.postern.cloud.endpoint.Duplex;
import io.postern.cloud.endpoint.Strangers;
import io.postern.cloud.hub.Hubs;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** All MQTT connections, whichever listener took them. Each has a virtual thread for what may block. */
final class Connections implements AutoCloseable {
    private static final Duration STOPPING = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final Admission admission;
    private final RegistrationDesk desk;
    private final InstantSource clock;
    private final MqttPatience patience;
    private final Strangers strangers;
    private final Map<Thread, MqttSocket> sessions = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Connections(
            Vertx vertx,
            Hubs hubs,
            RegistrationDesk desk,
            InstantSource clock,
            MqttPatience patience,
            Strangers strangers) {
        this.vertx = vertx;
        this.admission = new Admission(hubs, desk);
        this.desk = desk;
        this.clock = clock;
        this.patience = patience;
        this.strangers = strangers;
    }

    /** Takes over a fresh connection; called on its event loop. */
    void accept(Duplex duplex) {
        MqttSocket.serve(vertx, duplex, patience, strangers, this::session);
    }

    private MqttSocket.Receiver session(MqttSocket socket) {
        var session = new MqttSession(socket, admission, desk, clock);
        Thread thread = Thread.ofVirtual().name("mqtt-session").unstarted(() -> {
            try {
                session.run();
            } finally {
                sessions.remove(Thread.currentThread());
            }
        });
        sessions.put(thread, socket);
        if (closed) {
            socket.close();
        }
        thread.start();
        return session;
    }

    /** Closes all connections and waits, within a bound, for what is being stored. Idempotent. */
    @Override
    public void close() {
        closed = true;
        sessions.values().forEach(MqttSocket::close);
        long deadline = System.nanoTime() + STOPPING.toNanos();
        try {
            for (Thread session : sessions.keySet()) {
                session.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
