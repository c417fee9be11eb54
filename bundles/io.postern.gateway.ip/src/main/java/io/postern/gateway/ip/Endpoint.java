// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.ip;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for sensors: one thread at the door, one for each connection, and one that looks every second whether somebody
 * has been silent for too long or has lost its right to be here.
 */
final class Endpoint implements AutoCloseable {
    /** As many as a gateway has leaves; each costs about 40 kB with TLS. */
    static final int MOST_CONNECTIONS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);
    private static final int BACKLOG = 256; // a fuller one costs a sensor a second, after which its TCP asks again
    private static final Duration LONGEST_ROUND = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30); // the network may come up after the gateway
    private static final Duration GOODBYE = Duration.ofSeconds(10);
    private static final long QUIET = TimeUnit.MINUTES.toNanos(1); // between two lines of the log

    private final EndpointSettings settings;
    private final Credentials credentials;
    private final ServerTls tls;
    private final Lobby lobby;
    private final Map<String, SensorWatch> watches = new ConcurrentHashMap<>();
    private final Set<Visit> visits = ConcurrentHashMap.newKeySet();
    private final Semaphore room = new Semaphore(MOST_CONNECTIONS);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread door = Thread.ofVirtual().name("mqtt-door").unstarted(this::receive);
    private final Thread rounds = Thread.ofVirtual().name("mqtt-rounds").unstarted(this::look);
    private volatile @Nullable ServerSocket listening;
    private long toldFull = System.nanoTime() - QUIET; // of the door's thread

    /** @throws IOException when a file cannot be used; the message begins with the setting's key */
    Endpoint(EndpointSettings settings) throws IOException {
        this.settings = settings;
        this.credentials = new Credentials(settings.credentialsFile());
        this.tls = new ServerTls(settings.certificate());
        this.lobby = new Lobby(settings.penance());
    }

    void start() {
        if (settings.certificate().isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("at", settings.at())
                    .log("sensors speak without TLS (plain = true): whoever is on their network reads their secrets");
        }
        door.start();
        rounds.start();
    }

    boolean isListening() {
        return listening != null;
    }

    Credentials credentials() {
        return credentials;
    }

    ServerTls tls() {
        return tls;
    }

    Lobby lobby() {
        return lobby;
    }

    EndpointSettings settings() {
        return settings;
    }

    CountDownLatch closing() {
        return closing;
    }

    /** Lets whoever knows the secret of {@code name} speak to {@code watch}; the newest watch of a name counts. */
    void expect(String name, SensorWatch watch) {
        SensorWatch before = watches.put(name, watch);
        if (before != null) {
            before.displaced();
        }
    }

    Optional<SensorWatch> expected(String name) {
        return Optional.ofNullable(watches.get(name));
    }

    void forget(String name, SensorWatch watch) {
        watches.remove(name, watch);
    }

    void left(Visit visit) {
        if (visits.remove(visit)) {
            room.release();
        }
    }

    private void receive() {
        Duration pause = FIRST_PAUSE;
        try {
            while (closing.getCount() > 0) {
                try (var server = new ServerSocket()) {
                    server.setReuseAddress(true);
                    server.bind(settings.at(), BACKLOG);
                    listening = server;
                    LOG.atInfo().addKeyValue("at", settings.at()).log("sensors can connect");
                    pause = FIRST_PAUSE;
                    while (closing.getCount() > 0) {
                        admit(server.accept());
                    }
                } catch (IOException e) {
                    listening = null;
                    if (closing.getCount() > 0) {
                        LOG.atWarn()
                                .addKeyValue("at", settings.at())
                                .setCause(e)
                                .log("cannot listen for sensors; is the address one of this machine, is the port free?"
                                        + " It is tried again");
                        var _ = closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
                        pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    private void admit(Socket socket) throws IOException {
        if (!room.tryAcquire()) {
            socket.close();
            if (System.nanoTime() - toldFull >= QUIET) {
                toldFull = System.nanoTime();
                LOG.atWarn().log("there are " + MOST_CONNECTIONS + " connections of sensors; more are turned away");
            }
            return;
        }
        var visit = new Visit(this, socket);
        visits.add(visit);
        Thread.ofVirtual().name("mqtt-sensor").start(visit);
    }

    private void look() {
        long round = Math.min(LONGEST_ROUND.toNanos(), settings.patience().toNanos() / 4);
        try {
            while (!closing.await(round, TimeUnit.NANOSECONDS)) {
                credentials.refresh();
                visits.forEach(visit -> visit.overdue(System.nanoTime()).ifPresent(visit::leave));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    @Override
    public void close() {
        closing.countDown();
        ServerSocket server = listening;
        try {
            if (server != null) {
                server.close();
            }
            door.interrupt();
            boolean ended = door.getState() == Thread.State.NEW || (door.join(GOODBYE) && rounds.join(GOODBYE));
            visits.forEach(visit -> visit.leave("the gateway stops listening"));
            if (!ended) {
                LOG.atWarn().log("the endpoint for sensors does not end in time; not waiting for it");
            }
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("closing the endpoint for sensors");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        watches.values().forEach(SensorWatch::close);
    }
}
