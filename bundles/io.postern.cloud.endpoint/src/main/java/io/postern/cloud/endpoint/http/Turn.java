// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.endpoint.EventLoops;
import io.postern.wire.Bytes;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request from its arrival to the end of its answer: its body on the event loop, its route on a virtual thread, its
 * answer back.
 */
final class Turn implements BodyReader.Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(Turn.class);
    private static final Duration BODY_LIMIT = Duration.ofSeconds(30); // 1 MB over a 300 kbit/s link

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Dispatcher dispatcher;
    private final long started = System.nanoTime();
    private final Departure departure = new Departure();
    private volatile Optional<Thread> streaming = Optional.empty();
    private long deadline; // owned by the event loop
    private int room; // guarded by this
    private boolean roomGiven; // guarded by this
    private boolean answering; // guarded by this

    Turn(Vertx vertx, HttpServerRequest request, Dispatcher dispatcher) {
        this.vertx = vertx;
        this.request = request;
        this.response = request.response();
        this.dispatcher = dispatcher;
    }

    void start(int mostBody) {
        deadline = vertx.setTimer(BODY_LIMIT.toMillis(), timer -> tooSlow());
        request.exceptionHandler(broken -> left());
        response.closeHandler(closed -> left());
        BodyReader.start(request, mostBody, this);
    }

    @Override
    public void whole(Bytes body) {
        vertx.cancelTimer(deadline);
        if (!dispatcher.run(() -> answer(body))) {
            busy("too many requests at once");
        }
    }

    @Override
    public void tooLarge() {
        refuseUnread(413_001, "MessageTooLarge", "a body has at most " + Dispatcher.MOST_BODY + " bytes");
    }

    @Override
    public void noRoom() {
        busy("too many large requests at once");
    }

    @Override
    public synchronized boolean takeRoom(int bytes) {
        if (roomGiven || !dispatcher.bodies().take(bytes)) {
            return false;
        }
        room += bytes;
        return true;
    }

    private void tooSlow() {
        refuseUnread(408_000, "RequestTimeout", "the body did not arrive within " + BODY_LIMIT.toSeconds() + " s");
    }

    private void busy(String why) {
        Reply reply = dispatcher.refuse(request, 503_001, "ServiceUnavailable", why + "; try again in a second");
        finishUnread(reply.with("Retry-After", "1"));
    }

    private void refuseUnread(int code, String name, String text) {
        finishUnread(dispatcher.refuse(request, code, name, text));
    }

    /** The body was not read to its end: what follows on this connection cannot be trusted to be a request. */
    private void finishUnread(Reply reply) {
        vertx.cancelTimer(deadline);
        giveRoomBack();
        write(reply.with("Connection", "close"));
    }

    /** The client closed the connection. */
    private void left() {
        vertx.cancelTimer(deadline);
        departure.happen();
        streaming.ifPresent(Thread::interrupt);
        giveRoomBack();
    }

    private synchronized void giveRoomBack() {
        if (!roomGiven) {
            roomGiven = true;
            dispatcher.bodies().giveBack(room);
        }
    }

    private void answer(Bytes body) {
        long beat = dispatcher.heartbeat().toMillis();
        long beating = vertx.setPeriodic(beat, _ -> stillAtIt());
        try {
            Answer answer = dispatcher.answer(request, body, departure);
            begin();
            giveRoomBack();
            switch (answer) {
                case Reply reply -> {
                    write(reply);
                    LOG.atDebug()
                            .addKeyValue("method", request.method())
                            .addKeyValue("path", RefusalLog.path(request))
                            .addKeyValue("status", reply.status())
                            .addKeyValue("micros", (System.nanoTime() - started) / 1_000)
                            .log("answered");
                }
                case ServerSentEvents events -> stream(events);
            }
        } finally {
            vertx.cancelTimer(beating);
            giveRoomBack();
        }
    }

    /** Some answers take minutes, a device has to give them: an interim one keeps the connection from counting as idle. */
    private synchronized void stillAtIt() {
        if (!answering && !response.closed() && request.version() != HttpVersion.HTTP_1_0) {
            response.writeContinue(); // RFC 9110, 15.2: a client of HTTP/1.1 takes any number of these
        }
    }

    private synchronized void begin() {
        answering = true;
    }

    private void stream(ServerSentEvents events) {
        if (!dispatcher.streams().tryAcquire()) {
            write(dispatcher.refuse(request, 429_001, "ThrottlingException", "too many event streams at once"));
            return;
        }
        streaming = Optional.of(Thread.currentThread());
        try {
            var sink = new VertxSink(response);
            EventLoops.proven(request.connection());
            sink.open();
            events.source().run(sink);
            response.end();
        } catch (IOException | InterruptedException e) {
            LOG.atDebug()
                    .addKeyValue("path", RefusalLog.path(request))
                    .addKeyValue("reason", e.getMessage())
                    .log("event stream ended");
            response.reset();
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("path", RefusalLog.path(request))
                    .setCause(e)
                    .log("event stream failed");
            response.reset();
        } finally {
            streaming = Optional.empty();
            dispatcher.streams().release();
        }
    }

    private void write(Reply reply) {
        if (reply.status() < 400) {
            EventLoops.proven(request.connection()); // all that is answered so asks for a token or a certificate
        }
        finish(response, reply, dispatcher.errors().date());
    }

    static void finish(HttpServerResponse response, Reply reply, String date) {
        if (response.closed() || response.ended()) {
            return; // the client has left
        }
        response.setStatusCode(reply.status()).putHeader("Cache-Control", "no-store");
        response.putHeader("Date", date); // RFC 9110, 6.6.1
        response.putHeader("Strict-Transport-Security", "max-age=31536000"); // RFC 6797
        reply.headers().forEach(response::putHeader);
        if (reply.status() == 204 || reply.status() == 304) {
            response.end(); // these carry no body and no length (RFC 9110, 8.6)
        } else {
            response.end(Buffer.buffer(reply.body().toArray()));
        }
    }
}
