// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.wire.Bytes;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
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

/** From a request on an event loop to a route on a virtual thread and back. */
final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    static final int MOST_BODY = 1 << 20; // 1 MB; the largest legal body, a batch of device messages, is 256 KB
    private static final int MOST_AT_ONCE = 128; // with MOST_BODY: 128 MB of bodies in the worst case
    private static final int MOST_STREAMS = 64; // an event stream is an operator's or a consumer's, not a device's
    private static final Duration BODY_LIMIT = Duration.ofSeconds(30); // 1 MB over a 300 kbit/s link
    private static final Duration STOPPING = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final List<Route> routes;
    private final ErrorReplies errors;
    private final Semaphore requests = new Semaphore(MOST_AT_ONCE);
    private final Semaphore streams = new Semaphore(MOST_STREAMS);
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("https-", 0).factory());

    Dispatcher(Vertx vertx, List<Route> routes, ErrorReplies errors) {
        this.vertx = vertx;
        this.routes = List.copyOf(routes);
        this.errors = errors;
    }

    /** On the event loop: reads the body within its bounds, then leaves. */
    void accept(HttpServerRequest request) {
        if (!requests.tryAcquire()) {
            Reply busy = errors.of(503_001, "ServiceUnavailable", "too many requests at once; try again in a second");
            writeLast(request.response(), busy.with("Retry-After", "1"));
            return;
        }
        var turn = new Turn(request);
        long deadline = vertx.setTimer(BODY_LIMIT.toMillis(), timer -> turn.tooSlow());
        request.exceptionHandler(broken -> turn.end());
        request.response().closeHandler(closed -> turn.left());
        BodyReader.start(
                request,
                MOST_BODY,
                body -> {
                    vertx.cancelTimer(deadline);
                    turn.answerWith(body);
                },
                () -> {
                    vertx.cancelTimer(deadline);
                    turn.tooLarge();
                });
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

    private Answer answer(Request request) {
        for (Route route : routes) {
            Optional<? extends Answer> answer = route.handle(request);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        return errors.of(
                404_000,
                "NotFound",
                "nothing is served at " + request.method() + " " + request.host() + request.path());
    }

    private static void write(HttpServerResponse response, Reply reply) {
        if (response.closed() || response.ended()) {
            return; // the client has left
        }
        response.setStatusCode(reply.status()).putHeader("Cache-Control", "no-store");
        reply.headers().forEach(response::putHeader);
        if (reply.status() == 204 || reply.status() == 304) {
            response.end(); // these carry no body and no length (RFC 9110, 8.6)
        } else {
            response.end(Buffer.buffer(reply.body().toArray()));
        }
    }

    /** For a request whose body was not read: what follows on this connection cannot be trusted to be a request. */
    private static void writeLast(HttpServerResponse response, Reply reply) {
        write(response, reply.with("Connection", "close"));
    }

    /** One request from its arrival to the end of its answer. Ends once, whatever happens first. */
    private final class Turn {
        private final HttpServerRequest request;
        private final long started = System.nanoTime();
        private volatile Optional<Thread> streaming = Optional.empty();
        private boolean ended;

        Turn(HttpServerRequest request) {
            this.request = request;
        }

        void tooLarge() {
            writeLast(
                    request.response(),
                    errors.of(413_001, "MessageTooLarge", "a body has at most " + MOST_BODY + " bytes"));
            end();
        }

        void tooSlow() {
            writeLast(
                    request.response(),
                    errors.of(
                            408_000,
                            "RequestTimeout",
                            "the body did not arrive within " + BODY_LIMIT.toSeconds() + " s"));
            end();
        }

        /** The client closed the connection or read the whole answer. */
        void left() {
            streaming.ifPresent(Thread::interrupt);
            end();
        }

        void answerWith(Bytes body) {
            try {
                threads.execute(() -> run(body));
            } catch (RejectedExecutionException e) {
                writeLast(request.response(), errors.of(503_001, "ServiceUnavailable", "the service is stopping"));
                end();
            }
        }

        private void run(Bytes body) {
            Answer answer = guarded(body);
            switch (answer) {
                case Reply reply -> {
                    write(request.response(), reply);
                    LOG.atDebug()
                            .addKeyValue("method", request.method())
                            .addKeyValue("path", request.path())
                            .addKeyValue("status", reply.status())
                            .addKeyValue("micros", (System.nanoTime() - started) / 1_000)
                            .log("answered");
                    end();
                }
                case ServerSentEvents stream -> {
                    end(); // a stream has its own allowance
                    stream(stream);
                }
            }
        }

        private Answer guarded(Bytes body) {
            try {
                return answer(RequestReader.read(request, body));
            } catch (IllegalArgumentException e) {
                return errors.badArgument(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                String trackingId = errors.newTrackingId();
                LOG.atError()
                        .addKeyValue("trackingId", trackingId)
                        .addKeyValue("method", request.method())
                        .addKeyValue("path", request.path())
                        .setCause(e)
                        .log("request failed");
                return errors.of(
                        500_001,
                        "ServerError",
                        "the service failed; its log tells why under the tracking id",
                        trackingId);
            }
        }

        private void stream(ServerSentEvents stream) {
            HttpServerResponse response = request.response();
            if (!streams.tryAcquire()) {
                write(
                        response,
                        errors.of(
                                429_001, "ThrottlingException", "at most " + MOST_STREAMS + " event streams at once"));
                return;
            }
            streaming = Optional.of(Thread.currentThread());
            try {
                var sink = new VertxSink(response);
                sink.open();
                stream.source().run(sink);
                response.end();
            } catch (IOException | InterruptedException e) {
                LOG.atDebug().addKeyValue("path", request.path()).log("event stream ended: " + e.getMessage());
                response.reset();
            } catch (RuntimeException e) {
                LOG.atError().addKeyValue("path", request.path()).setCause(e).log("event stream failed");
                response.reset();
            } finally {
                streaming = Optional.empty();
                streams.release();
            }
        }

        synchronized void end() {
            if (!ended) {
                ended = true;
                requests.release();
            }
        }
    }
}
