// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.netty.handler.codec.TooLongFrameException;
import io.postern.wire.Bytes;
import io.postern.wire.Shown;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns what all requests share: the routes, the virtual threads they run on, and the bounds. */
final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    static final int MOST_BODY = 1 << 20; // 1 MB; the largest legal body, a batch of device messages, is 256 KB
    static final int MOST_LINE = 4096; // the longest legal path is about 700 bytes
    static final int MOST_HEADERS = 16 * 1024; // a token is at most 4 KB, a message's properties at most 8 KB
    private static final int ALL_BODIES = 64 << 20; // 64 MB: thousands of ordinary bodies, or 64 of the largest
    private static final int MOST_AT_ONCE =
            OpenConnections.MOST; // a connection asks one thing at a time; a virtual thread each, a few kB
    private static final int MOST_STREAMS = 32; // an event stream is an operator's or a consumer's, not a device's
    private static final Duration STOPPING = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final List<Route> routes;
    private final WebSocketDoor webSockets;
    private final ErrorReplies errors;
    private final Duration heartbeat;
    private final BodyBudget bodies = new BodyBudget(ALL_BODIES);
    private final Semaphore requests = new Semaphore(MOST_AT_ONCE);
    private final Semaphore streams = new Semaphore(MOST_STREAMS);
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("https-", 0).factory());

    /** @param idle after what time without a word a connection is closed */
    Dispatcher(Vertx vertx, List<Route> routes, WebSocketDoor webSockets, ErrorReplies errors, Duration idle) {
        this.vertx = vertx;
        this.heartbeat = idle.dividedBy(3); // one may be late
        this.routes = List.copyOf(routes);
        this.webSockets = webSockets;
        this.errors = errors;
    }

    /** On the event loop: reads the body within its bounds, then leaves. */
    void accept(HttpServerRequest request) {
        if (webSockets.isFor(request)) {
            webSockets.enter(request, this);
        } else {
            new Turn(vertx, request, this).start(MOST_BODY);
        }
    }

    /** On the event loop: answers what is no request, and ends the connection, on which nothing can be trusted to be one. */
    void acceptMalformed(HttpServerRequest request) {
        Reply reply =
                switch (Malformed.of(request.decoderResult().cause())) {
                    case LONG_LINE ->
                        refuse(request, 414_000, "UriTooLong", "a request line has at most " + MOST_LINE + " bytes");
                    case LONG_HEADERS ->
                        refuse(
                                request,
                                431_000,
                                "RequestHeaderFieldsTooLarge",
                                "the headers have at most " + MOST_HEADERS + " bytes together");
                    case NO_REQUEST -> refuse(request, 400_000, "BadRequest", "this is no HTTP/1.1 request (RFC 9112)");
                };
        Turn.finish(request.response(), reply.with("Connection", "close"), errors.date());
    }

    /** What the HTTP codec of the listener found wrong; it tells so in texts only. */
    private enum Malformed {
        LONG_LINE,
        LONG_HEADERS,
        NO_REQUEST;

        static Malformed of(Throwable cause) {
            String text = String.valueOf(cause.getMessage());
            if (!(cause instanceof TooLongFrameException)) {
                return NO_REQUEST;
            }
            return text.startsWith("An HTTP line") ? LONG_LINE : LONG_HEADERS;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(STOPPING.toSeconds(), TimeUnit.SECONDS)) {
                LOG.atWarn().addKeyValue("after", STOPPING).log("requests are still being answered");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    BodyBudget bodies() {
        return bodies;
    }

    /** How often whoever waits for an answer is told that it is being worked on. */
    Duration heartbeat() {
        return heartbeat;
    }

    ErrorReplies errors() {
        return errors;
    }

    /** One permit for each event stream. */
    Semaphore streams() {
        return streams;
    }

    /** Runs {@code work} on a virtual thread; false when there are too many already or the listener stops. */
    boolean run(Runnable work) {
        if (!requests.tryAcquire()) {
            return false;
        }
        try {
            threads.execute(() -> {
                try {
                    work.run();
                } finally {
                    requests.release();
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            requests.release();
            return false;
        }
    }

    /** What the first route that feels addressed answers; whatever goes wrong there is an answer too. */
    Answer answer(HttpServerRequest raw, Bytes body, Departure departure) {
        try {
            Request request = RequestReader.read(raw, body, departure);
            for (Route route : routes) {
                Optional<? extends Answer> answer = route.handle(request);
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
            return refuse(
                    raw,
                    404_000,
                    "NotFound",
                    "nothing is served at " + request.method() + " " + Shown.of(request.host() + request.path()));
        } catch (IllegalArgumentException e) {
            return refuse(raw, 400_004, "ArgumentInvalid", String.valueOf(e.getMessage()));
        } catch (RuntimeException | LinkageError e) {
            return failed(raw, e);
        }
    }

    /** A refusal of the listener's own, logged under the tracking id that the client is told. */
    Reply refuse(HttpServerRequest request, int code, String name, String text) {
        return RefusalLog.of(request, errors.of(code, name, text), text);
    }

    private Reply failed(HttpServerRequest request, Throwable failure) {
        String trackingId = errors.newTrackingId();
        LOG.atError()
                .addKeyValue("trackingId", trackingId)
                .addKeyValue("method", request.method())
                .addKeyValue("path", RefusalLog.path(request))
                .setCause(failure)
                .log("request failed");
        return errors.of(
                500_001, "ServerError", "the service failed; its log tells why under the tracking id", trackingId);
    }
}
