// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.cloud.endpoint.Duplex;
import io.postern.wire.Bytes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: octets from the duplex into the engine and out of it, and the time limits. Owned by its event loop;
 * other threads may call {@link #onLoop} and {@link #endFromAnywhere}.
 */
final class AmqpConnection {
    private static final Logger LOG = LoggerFactory.getLogger(AmqpConnection.class);

    private static final int WINDOW = 1024 * 1024; // octets of messages in work; four of the largest there will be
    private static final int MOST_BEGUN = 8 * 1024 * 1024; // octets of messages not whole yet, of all links together
    private static final long SHORTEST_TICK = 100; // milliseconds

    /** Who counts connections; told on their event loops. */
    interface Watch {
        /** It was let in to its first link. */
        void admitted(AmqpConnection connection);

        /** It has ended, and what is to be done for that is on its virtual threads. */
        void ended(AmqpConnection connection);

        /** One that was let in to no link has ended, or is about to, for a reason that is worth knowing. */
        void strangerEnded(String remote, String reason);

        /** Whether a stranger may begin one session or link more than a single device needs. */
        boolean lend();

        /** Sessions and links that were lent and are none of a stranger any more. */
        void returned(int count);
    }

    private final Vertx vertx;
    private final Context loop;
    private final Duplex duplex;
    private final AmqpPatience patience;
    private final Errands errands;
    private final List<String> mechanisms;
    private final List<AmqpService> services;
    private final List<AmqpVisit> visits;
    private final Watch watch;
    private byte[] preamble = new byte[0];
    private @Nullable Engine engine;
    private boolean admitted;
    private boolean ending; // nothing more is read
    private boolean ended;
    private boolean blocked; // the client does not read
    private int inWork;
    private int begun;
    private int lentSessions;
    private int lentLinks;
    private long greeting;
    private long admission;
    private long ticker;

    AmqpConnection(
            Vertx vertx,
            Duplex duplex,
            AmqpPatience patience,
            List<AmqpService> services,
            Executor threads,
            Watch watch) {
        this.vertx = vertx;
        this.loop = vertx.getOrCreateContext();
        this.duplex = duplex;
        this.patience = patience;
        this.errands = new Errands(threads, this::failed, () -> onLoop(this::readOrPause));
        this.services = services;
        this.watch = watch;
        var client = new AmqpClient(
                duplex.remote(), duplex.clientCertificates(), () -> new Errands(threads, this::logFailure, () -> {}));
        this.visits = services.stream().map(service -> service.welcome(client)).toList();
        this.mechanisms = services.stream()
                .flatMap(service -> service.mechanisms().stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** Begins; on the event loop. */
    void start() {
        duplex.onOctets(this::heard);
        duplex.onFailure(failure -> end("the connection broke: " + failure.getMessage()));
        duplex.onEnd(() -> end(""));
        greeting = after(patience.greeting(), "it did not begin");
        admission = after(patience.admission(), "it was not admitted to a link");
    }

    /** Runs {@code work} on the event loop and sends what comes of it. */
    void onLoop(Runnable work) {
        onLoopOrElse(work, () -> {});
    }

    /** The same; {@code late} is run there instead when the connection has ended. */
    void onLoopOrElse(Runnable work, Runnable late) {
        loop.runOnContext(_ -> {
            if (ended) {
                late.run();
            } else {
                work.run();
                flush();
            }
        });
    }

    /** Has {@code work} done on the connection's virtual thread, after all that was given to it before. */
    void errand(Runnable work) {
        if (!errands.add(work)) {
            end("too much of it waits to be done, or the listener stops");
        } else if (errands.isCrowded()) {
            readOrPause();
        }
    }

    /** What a connection to this host may hold. */
    AmqpLimits limits(String host) {
        return services.stream().map(each -> each.limits(host)).reduce(AmqpLimits.OF_ONE_DEVICE, AmqpLimits::or);
    }

    /** The client has opened the connection to {@code host}. */
    void opened(String host) {
        errand(() -> visits.forEach(visit -> visit.opened(host)));
    }

    /** Whether one session more may be begun, beside {@code sessions}; all strangers share what a few would need. */
    boolean maySpareSession(int sessions) {
        boolean lending = !admitted && sessions - AmqpLimits.OF_ONE_DEVICE.sessions() >= lentSessions;
        boolean spared = !lending || watch.lend();
        lentSessions += lending && spared ? 1 : 0;
        return spared;
    }

    /** The same of a link, beside {@code links}: a stranger could have as many at {@code $cbs} as a thousand devices. */
    boolean maySpareLink(int links) {
        boolean lending = !admitted && links - AmqpLimits.OF_ONE_DEVICE.links() >= lentLinks;
        boolean spared = !lending || watch.lend();
        lentLinks += lending && spared ? 1 : 0;
        return spared;
    }

    /** The client has begun. */
    void greeted() {
        vertx.cancelTimer(greeting);
    }

    /** The client has been let in to a link. */
    void admitted() {
        if (!admitted) {
            admitted = true;
            vertx.cancelTimer(admission);
            watch.admitted(this);
            returnLent();
            duplex.proven();
        }
    }

    private void returnLent() {
        watch.returned(lentSessions + lentLinks);
        lentSessions = 0;
        lentLinks = 0;
    }

    AmqpPatience patience() {
        return patience;
    }

    boolean isWritable() {
        return !blocked && !duplex.isWriteQueueFull();
    }

    /** Octets of messages that are being worked on; above a window nothing more is read. */
    void inWork(int more) {
        inWork += more;
        readOrPause();
    }

    /** Detaches links, and ends sessions that had no others. */
    void detach(AttachedLink first, Collection<AttachedLink> others, AmqpError why) {
        Set<AttachedLink> all = new HashSet<>(others);
        all.add(first);
        onLoop(() -> Objects.requireNonNull(engine).links().detach(all, why));
    }

    /** Octets of messages that have begun and are not whole yet. */
    void begun(int more) {
        begun += more;
        if (begun > MOST_BEGUN) {
            refuse(new AmqpError(
                    AmqpError.LIMIT, "more than " + MOST_BEGUN + " octets of messages that are not whole"));
        }
    }

    /** Ends the connection with a reason that the client is told. */
    void refuse(AmqpError error) {
        if (!ending && engine != null) {
            if (admitted) {
                log(error, "connection");
            } else {
                watch.strangerEnded(duplex.remote(), error.condition() + " " + error.description());
            }
            engine.close(error);
            endAfterWriting("");
        }
    }

    void log(AmqpError error, String what) {
        LOG.atWarn()
                .addKeyValue("remote", duplex.remote())
                .addKeyValue("condition", error.condition())
                .log("AMQP {} refused: {}", what, error.description());
    }

    /** SASL has no place for a reason or a tracking id: whoever complains can be found by the remote address and time. */
    void endUnauthenticated(String reason) {
        if (!ending) {
            LOG.atWarn()
                    .addKeyValue("trackingId", UUID.randomUUID().toString().replace("-", ""))
                    .addKeyValue("remote", duplex.remote())
                    .addKeyValue("reason", "not authenticated: " + reason)
                    .log("AMQP connection ended");
            endAfterWriting("");
        }
    }

    /** Reads nothing more and closes when the client had the time to read what was written. */
    void endAfterWriting(String reason) {
        if (!ending) {
            ending = true;
            logEnd(reason);
            flush();
            vertx.setTimer(patience.farewell().toMillis(), _ -> end(""));
        }
    }

    /** Ends at once. */
    void end(String reason) {
        if (!ended) {
            ended = true;
            ending = true;
            logEnd(reason);
            vertx.cancelTimer(greeting);
            vertx.cancelTimer(admission);
            vertx.cancelTimer(ticker);
            duplex.close();
            returnLent();
            if (engine != null) {
                engine.links().allDetached();
            }
            errands.add(() -> visits.forEach(AmqpVisit::close));
            watch.ended(this);
        }
    }

    /** Ends at once, without a word; safe for any thread. The result says when all that is left to do has been begun. */
    Future<Void> endFromAnywhere() {
        Promise<Void> ended = Promise.promise();
        onLoopOrElse(
                () -> {
                    end("");
                    ended.complete();
                },
                ended::complete);
        return ended.future();
    }

    private void logEnd(String reason) {
        if (!reason.isEmpty() && !admitted) {
            watch.strangerEnded(duplex.remote(), reason);
        } else if (!reason.isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("remote", duplex.remote())
                    .addKeyValue("reason", reason)
                    .log("AMQP connection ended");
        }
    }

    void logFailure(Throwable failure) {
        LOG.atError().setCause(failure).addKeyValue("remote", duplex.remote()).log("AMQP service failed");
    }

    private void failed(Throwable failure) {
        logFailure(failure);
        onLoop(() -> refuse(new AmqpError(AmqpError.INTERNAL, "the service failed; its log tells why")));
    }

    private void heard(byte[] octets) {
        if (ending) {
            return;
        }
        if (engine != null) {
            feed(octets);
            return;
        }
        preamble = Bytes.concat(Bytes.of(preamble), Bytes.of(octets)).toArray();
        if (preamble.length >= Preamble.LENGTH) {
            Optional<Preamble> spoken = Preamble.of(preamble);
            if (spoken.isPresent()) {
                engine = new Engine(this, visits, spoken.get() == Preamble.SASL ? mechanisms : List.of());
                feed(preamble);
                preamble = new byte[0];
            } else {
                duplex.write(Preamble.SASL.octets()); // spec: AMQP 1.0 Part 2, 2.2: what we would have spoken
                end("it does not speak AMQP 1.0, but begins with "
                        + Bytes.of(preamble).slice(0, Preamble.LENGTH));
            }
        }
    }

    private void feed(byte[] octets) {
        Engine to = Objects.requireNonNull(engine);
        int at = 0;
        while (at < octets.length && !ending) {
            int taken = to.feed(octets, at);
            at += taken;
            if (taken == 0) {
                break; // the engine has closed
            }
        }
        flush();
    }

    private void flush() {
        if (ended || engine == null) {
            return;
        }
        Optional<Future<Void>> last;
        try {
            last = engine.writeTo(duplex);
        } catch (RuntimeException e) { // after a frame it did not expect, its state may be past writing
            end("the engine failed: " + e);
            return;
        }
        if (engine.isLeft()) {
            end("");
        } else if (engine.isClosed()) {
            endAfterWriting("");
        } else if (last.isPresent() && duplex.isWriteQueueFull() && !blocked) {
            block(last.get());
        }
    }

    private void block(Future<Void> last) {
        blocked = true;
        readOrPause();
        long slow = vertx.setTimer(patience.reading().toMillis(), _ -> end("it does not read what is sent to it"));
        last.onComplete(_ -> {
            vertx.cancelTimer(slow);
            onLoop(() -> {
                blocked = false;
                readOrPause();
                Objects.requireNonNull(engine).links().writable();
            });
        });
    }

    private void readOrPause() {
        if (blocked || inWork > WINDOW || errands.isCrowded()) {
            duplex.pause();
        } else {
            duplex.resume();
        }
    }

    /** Obeys the client's idle time-out and keeps it to ours, from the moment both are known. */
    void tick() {
        if (!ending && engine != null) {
            long now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
            long deadline = engine.tick(now);
            flush();
            ticker = vertx.setTimer(Math.max(SHORTEST_TICK, deadline - now), _ -> tick());
        }
    }

    private long after(Duration limit, String failing) {
        return vertx.setTimer(limit.toMillis(), _ -> end(failing + " within " + limit.toMillis() + " ms"));
    }
}
