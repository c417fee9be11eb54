// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.cloud.endpoint.Duplex;
import io.postern.cloud.endpoint.EventLoops;
import io.postern.cloud.endpoint.NetSocketDuplex;
import io.postern.cloud.endpoint.Strangers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The AMQP listener, TLS only, for all services that are reached so. Event loops read, write and run the protocol; each
 * connection has a virtual thread for what may block, while there is such.
 */
public final class AmqpListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AmqpListener.class);
    private static final Duration STARTING = Duration.ofSeconds(10);
    private static final Duration STOPPING = Duration.ofSeconds(5);
    private static final int MOST_LENT =
            16 * 1024; // sessions and links of strangers beside 8 and 16 for each; 2 KB each
    private static final int MOST_STRANGERS = 1024; // not yet admitted to a link; about 70 KB of engine each

    private final Vertx vertx;
    private final NetServer server;
    private final List<AmqpService> services;
    private final AmqpPatience patience;
    private final Set<AmqpConnection> strangers = ConcurrentHashMap.newKeySet(); // not admitted to a link yet
    private final Set<AmqpConnection> guests = ConcurrentHashMap.newKeySet();
    private final Strangers outside = new Strangers("AMQP", System::nanoTime);
    private final int mostLent;
    private final AtomicInteger lent = new AtomicInteger();
    private final AmqpConnection.Watch watch = new AmqpConnection.Watch() {
        @Override
        public void admitted(AmqpConnection connection) {
            guests.add(connection); // first, so that whoever ends all of them sees it in one of the two
            strangers.remove(connection);
        }

        @Override
        public void ended(AmqpConnection connection) {
            strangers.remove(connection);
            guests.remove(connection);
        }

        @Override
        public void strangerEnded(String remote, String reason) {
            outside.ended(remote, reason);
        }

        @Override
        public boolean lend() {
            return lent.incrementAndGet() <= mostLent || lent.decrementAndGet() < 0;
        }

        @Override
        public void returned(int count) {
            lent.addAndGet(-count);
        }
    };
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("amqp-", 0).factory());

    /** @param options where to listen, with TLS switched on */
    public AmqpListener(Vertx vertx, NetServerOptions options, List<AmqpService> services) {
        this(vertx, options, services, AmqpPatience.USUAL);
    }

    AmqpListener(Vertx vertx, NetServerOptions options, List<AmqpService> services, AmqpPatience patience) {
        this(vertx, options, services, patience, MOST_LENT);
    }

    AmqpListener(
            Vertx vertx, NetServerOptions options, List<AmqpService> services, AmqpPatience patience, int mostLent) {
        if (!options.isSsl()) {
            throw new IllegalArgumentException("this listener serves TLS only; switch it on in the options");
        }
        this.vertx = vertx;
        this.server = vertx.createNetServer(options.setTcpKeepAlive(true).setTcpNoDelay(true));
        this.services = List.copyOf(services);
        this.patience = patience;
        this.mostLent = mostLent;
    }

    /**
     * Starts listening.
     *
     * @return the port, also when it was left to the system
     * @throws IOException when the address cannot be bound, with the reason as it came
     */
    public int start() throws IOException {
        server.connectHandler(socket -> serve(new NetSocketDuplex(socket)));
        server.exceptionHandler(outside::broke);
        EventLoops.await(server.listen(), STARTING);
        return server.actualPort();
    }

    /** Speaks AMQP over a connection of another listener; to be called on its event loop. */
    public void serve(Duplex duplex) {
        if (strangers.size() >= MOST_STRANGERS) {
            outside.turnedAway(duplex.remote());
            duplex.close();
        } else {
            var connection = new AmqpConnection(vertx, duplex, patience, services, threads, watch);
            strangers.add(connection);
            connection.start();
        }
    }

    /** Closes all connections and waits, within a bound, for what is being done for them. Idempotent. */
    @Override
    public void close() {
        try {
            EventLoops.await(server.close(), STOPPING);
            // those of the other listener, too; a socket is closed before its connection has ended here
            List<Future<Void>> ends = Stream.concat(strangers.stream(), guests.stream())
                    .map(AmqpConnection::endFromAnywhere)
                    .toList();
            EventLoops.await(Future.all(ends), STOPPING);
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("AMQP listener did not stop in time");
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(STOPPING.toSeconds(), TimeUnit.SECONDS)) {
                LOG.atWarn().addKeyValue("after", STOPPING).log("AMQP connections are still being served");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
