// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Channel;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubSession;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ModelId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Opens hub sessions over AMQP. Devices with tokens share a connection, as many as it may carry, then the next; a
 * certificate is of the whole connection, so its device has one for itself.
 */
final class AmqpHubLink implements HubLink {
    private static final Duration DIAL =
            Duration.ofSeconds(90); // each of TCP, TLS, WebSocket and AMQP has its own bound

    private final Dialer dialer;
    private final int port;
    private final Optional<String> webSocket;
    private final int most;
    private final RandomGenerator random;
    private final AmqpPatience patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Seats> shared = new ArrayList<>(); // guarded by lock
    private final Map<HubName, Answer<Boolean>> dialing = new HashMap<>(); // guarded by lock

    /** A connection and how many sit on it; the number is guarded by the lock. */
    private static final class Seats {
        private final HubConnection connection;
        private int taken;

        Seats(HubConnection connection) {
            this.connection = connection;
        }
    }

    /**
     * @param most devices on one connection
     * @param random makes the names by which a hub tells connections apart
     */
    AmqpHubLink(Dialer dialer, int port, Optional<String> webSocket, int most, RandomGenerator random) {
        this(dialer, port, webSocket, most, random, AmqpPatience.DEFAULT);
    }

    /** With another patience than usual. */
    AmqpHubLink(
            Dialer dialer,
            int port,
            Optional<String> webSocket,
            int most,
            RandomGenerator random,
            AmqpPatience patience) {
        this.patience = patience;
        this.dialer = dialer;
        this.port = port;
        this.webSocket = webSocket;
        this.most = most;
        this.random = random;
    }

    @Override
    public HubSession open(HubName hub, DeviceId device, Credential credential, Optional<ModelId> model)
            throws IOException {
        try {
            Seats seats =
                    switch (credential) {
                        case Credential.Token _ -> seat(hub);
                        case Credential.Certificate(ClientCertificate certificate) -> alone(hub, certificate);
                    };
            var left = new AtomicBoolean();
            Runnable leave = () -> {
                if (left.compareAndSet(false, true)) {
                    leave(seats);
                }
            };
            try {
                DeviceLinks links = seats.connection.join(device, credential, model);
                return new AmqpHubSession(seats.connection, links, leave);
            } catch (IOException | InterruptedException e) {
                leave.run();
                throw e;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting " + device);
        }
    }

    private Seats alone(HubName hub, ClientCertificate certificate) throws IOException, InterruptedException {
        var seats = new Seats(connect(hub, Optional.of(certificate)));
        seats.taken = 1;
        return seats;
    }

    /** One of those who find no seat dials, the others wait for what comes of it. */
    private Seats seat(HubName hub) throws IOException, InterruptedException {
        while (true) {
            Answer<Boolean> outcome;
            boolean mine = false;
            lock.lock();
            try {
                Optional<Seats> free = free(hub);
                if (free.isPresent()) {
                    free.get().taken++;
                    return free.get();
                }
                mine = !dialing.containsKey(hub);
                outcome = dialing.computeIfAbsent(hub, _ -> new Answer<>());
            } finally {
                lock.unlock();
            }
            if (mine) {
                return dialed(hub, outcome);
            }
            awaitDial(outcome);
        }
    }

    private Optional<Seats> free(HubName hub) {
        shared.removeIf(each -> !each.connection.isOpen());
        return shared.stream()
                .filter(each -> each.taken < most && each.connection.hub().equals(hub))
                .findFirst();
    }

    private Seats dialed(HubName hub, Answer<Boolean> outcome) throws IOException, InterruptedException {
        try {
            var seats = new Seats(connect(hub, Optional.empty()));
            seats.taken = 1;
            lock.lock();
            try {
                shared.add(seats);
            } finally {
                lock.unlock();
            }
            outcome.bring(true);
            return seats;
        } catch (IOException e) {
            outcome.fail(e);
            throw e;
        } finally {
            outcome.fail(new IOException("who dialed the hub at " + hub + " went away")); // unless it is told
            lock.lock();
            try {
                dialing.remove(hub);
            } finally {
                lock.unlock();
            }
        }
    }

    private static void awaitDial(Answer<Boolean> outcome) throws IOException, InterruptedException {
        try {
            outcome.await(DIAL);
        } catch (IOException e) {
            throw HubRefusal.again(String.valueOf(e.getMessage()), e); // each with a trace of its own
        }
    }

    private HubConnection connect(HubName hub, Optional<ClientCertificate> certificate)
            throws IOException, InterruptedException {
        var to = new Dialer.Destination(hub.text(), port, webSocket);
        Channel channel = dialer.dial(to, certificate);
        var container = new UUID(random.nextLong(), random.nextLong());
        return HubConnection.open(channel, to.toString(), hub, certificate.isEmpty(), container, patience);
    }

    private void leave(Seats seats) {
        boolean last;
        lock.lock();
        try {
            last = --seats.taken == 0;
            if (last) {
                shared.remove(seats);
            }
        } finally {
            lock.unlock();
        }
        if (last) {
            seats.connection.close();
        }
    }

    @Override
    public void close() {
        List<Seats> all;
        lock.lock();
        try {
            all = List.copyOf(shared);
            shared.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(each -> each.connection.close());
    }
}
