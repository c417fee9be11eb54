// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.endpoint.Duplex;
import io.postern.cloud.endpoint.EventLoops;
import io.postern.cloud.endpoint.Strangers;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTPS listener of the cloud side: one port, all host names, TLS only (SEC-08).
 *
 * <p>Reads a request whole and bounded, asks the routes in order on a virtual thread and writes what the first of them
 * answers. Bounds: see {@link #bounded}.
 */
public final class HttpsListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpsListener.class);
    private static final Duration STARTING = Duration.ofSeconds(10);
    private static final Duration STOPPING = Duration.ofSeconds(5);
    private static final Duration IDLE =
            Duration.ofSeconds(75); // longer than the 60 s clients keep idle connections, so that they close first

    private final HttpServer server;
    private final Dispatcher dispatcher;

    private HttpsListener(HttpServer server, Dispatcher dispatcher) {
        this.server = server;
        this.dispatcher = dispatcher;
    }

    /**
     * Starts listening where {@code options} say; TLS must be switched on in them.
     *
     * @throws IOException when the address cannot be bound, with the reason as it came
     */
    public static HttpsListener open(
            Vertx vertx, HttpServerOptions options, List<Route> routes, InstantSource clock, RandomGenerator random)
            throws IOException {
        return open(vertx, options, routes, Map.of(), clock, random);
    }

    /**
     * Starts listening where {@code options} say; TLS must be switched on in them.
     *
     * @param webSockets by sub-protocol: what takes over the connections that are to become WebSockets of it, on their
     *     event loops; it also ends them
     * @throws IOException when the address cannot be bound, with the reason as it came
     */
    public static HttpsListener open(
            Vertx vertx,
            HttpServerOptions options,
            List<Route> routes,
            Map<String, Consumer<Duplex>> webSockets,
            InstantSource clock,
            RandomGenerator random)
            throws IOException {
        var connections = new OpenConnections(OpenConnections.MOST, System::nanoTime);
        return open(vertx, options, routes, webSockets, connections, IDLE, clock, random);
    }

    static HttpsListener open(
            Vertx vertx,
            HttpServerOptions options,
            List<Route> routes,
            Map<String, Consumer<Duplex>> webSockets,
            OpenConnections connections,
            Duration idle,
            InstantSource clock,
            RandomGenerator random)
            throws IOException {
        if (!options.isSsl()) {
            throw new IllegalArgumentException("this listener serves TLS only; switch it on in the options");
        }
        var door = new WebSocketDoor(webSockets);
        var dispatcher = new Dispatcher(vertx, routes, door, new ErrorReplies(clock, random), idle);
        var strangers = new Strangers("HTTPS", System::nanoTime);
        var heads = new HeadDeadline(vertx, idle);
        HttpServer server = vertx.createHttpServer(door.applyTo(bounded(options, idle)))
                .connectionHandler(connection -> {
                    heads.accept(connection);
                    connections.accept(connection);
                })
                .requestHandler(request -> {
                    heads.arrived(request.connection());
                    if (!door.isFor(request)) {
                        request.response().endHandler(_ -> heads.await(request.connection()));
                    }
                    dispatcher.accept(request);
                })
                .invalidRequestHandler(dispatcher::acceptMalformed)
                .exceptionHandler(strangers::broke);
        EventLoops.await(server.listen(), STARTING);
        return new HttpsListener(server, dispatcher);
    }

    /** The port, also when it was left to the system. */
    public int port() {
        return server.actualPort();
    }

    /** Stops taking requests, ends event streams and lets what is being answered finish, within a bound. */
    @Override
    public void close() {
        dispatcher.close();
        try {
            EventLoops.await(server.close(), STOPPING);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("port", port()).setCause(e).log("HTTPS listener did not stop in time");
        }
    }

    private static HttpServerOptions bounded(HttpServerOptions options, Duration idle) {
        return options.setUseAlpn(
                        false) // HTTP/1.1: all official clients speak it, and one protocol is one thing to bound
                .setMaxInitialLineLength(Dispatcher.MOST_LINE)
                .setMaxHeaderSize(Dispatcher.MOST_HEADERS)
                .setIdleTimeout(Math.toIntExact(idle.toSeconds()))
                .setAcceptBacklog(1024)
                .setHandle100ContinueAutomatically(false)
                .setDecompressionSupported(false);
    }
}
