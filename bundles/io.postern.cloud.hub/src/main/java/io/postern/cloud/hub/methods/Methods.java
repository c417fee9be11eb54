// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.methods;

import io.postern.cloud.hub.diagnostics.Operation;
import io.postern.cloud.hub.diagnostics.Tally;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Direct methods of one hub: who listens, and which questions wait for an answer. Nothing is stored.
 *
 * <p>{@link #invoke} blocks its (virtual) thread. An answer counts only from the line that was asked, and once.
 */
public final class Methods {
    /** Questions a device may have open; it works them off one after the other as a rule. */
    public static final int MOST_EACH = 16;

    /** Questions a hub may have open: each is a request that waits, with up to 128 KB in both directions. */
    public static final int MOST_ALTOGETHER = 1_024;

    private final Tally outcomes =
            new Tally("postern_hub_methods_total", "Direct methods, by what came of them.", "outcome");
    private volatile Consumer<Operation> operations = _ -> {};
    private final Predicate<DeviceId> exists;
    private final AtomicLong numbers = new AtomicLong();
    private final ReentrantLock lock =
            new ReentrantLock(); // held for a few look-ups; nobody acts on the futures but those who wait
    private final Map<DeviceId, MethodLine> listening = new HashMap<>(); // guarded by lock
    private final Map<DeviceId, Map<String, Question>> open = new HashMap<>(); // guarded by lock
    private int openAltogether; // guarded by lock

    /** @param exists whether there is such a device at all */
    public Methods(Predicate<DeviceId> exists) {
        this.exists = exists;
    }

    /** One open question. */
    private static final class Question {
        final MethodCall call;
        final CompletableFuture<MethodLine> line = new CompletableFuture<>();
        final CompletableFuture<MethodReply> reply = new CompletableFuture<>();

        Question(MethodCall call) {
            this.call = call;
        }

        /** Nobody waits for the answer any more. */
        void drop() {
            reply.complete(new MethodReply.LineLost());
            line.complete(_ -> {}); // one on which nobody is asked
        }

        boolean isAskedOn(MethodLine asked) {
            return line.getNow(null) == asked;
        }
    }

    /** {@code told} hears of each question when it is over. */
    public void tell(Consumer<Operation> told) {
        operations = told;
    }

    /** What came of questions since the hub was started. */
    public Tally outcomes() {
        return outcomes;
    }

    /** Asks {@code device} and waits for what comes of it. */
    public MethodReply invoke(DeviceId device, MethodRequest request) throws InterruptedException {
        return invoke(device, request, _ -> {});
    }

    /**
     * Asks {@code device} and waits for what comes of it, as long as somebody wants to know.
     *
     * @param asker is given what ends the waiting, to be run when whoever asked has gone: a device need not be asked for
     *     that, and what it was asked it may still do
     */
    public MethodReply invoke(DeviceId device, MethodRequest request, Consumer<Runnable> asker)
            throws InterruptedException {
        MethodReply reply = ask(device, request, asker);
        String outcome =
                switch (reply) {
                    case MethodReply.Answered _ -> "answered";
                    case MethodReply.NoDevice _ -> "no_device";
                    case MethodReply.NotOnline _ -> "not_online";
                    case MethodReply.LineLost _ -> "line_lost";
                    case MethodReply.TimedOut _ -> "timed_out";
                    case MethodReply.TooMany _ -> "too_many";
                    case MethodReply.Unreadable _ -> "unreadable";
                };
        outcomes.add(outcome);
        operations.accept(new Operation.MethodInvoked(device, request.name(), outcome));
        return reply;
    }

    private MethodReply ask(DeviceId device, MethodRequest request, Consumer<Runnable> asker)
            throws InterruptedException {
        if (!exists.test(device)) {
            return new MethodReply.NoDevice();
        }
        var question = new Question(
                new MethodCall(Long.toHexString(numbers.incrementAndGet()), request.name(), request.payload()));
        Optional<MethodReply.TooMany> full = enter(device, question);
        if (full.isPresent()) {
            return full.get();
        }
        try {
            asker.accept(question::drop);
            Optional<MethodLine> line = within(request.connectTimeout(), question.line);
            if (line.isEmpty()) {
                return new MethodReply.NotOnline();
            }
            line.get().call(question.call);
            return within(request.responseTimeout(), question.reply).orElseGet(MethodReply.TimedOut::new);
        } finally {
            leave(device, question);
        }
    }

    /** From now on the device is asked on {@code line}; questions that waited for it are asked at once. */
    public void listen(DeviceId device, MethodLine line) {
        lock.lock();
        try {
            listening.put(device, line);
            open.getOrDefault(device, Map.of()).values().forEach(question -> question.line.complete(line));
        } finally {
            lock.unlock();
        }
    }

    /** The device does not listen on {@code line} any more; what it was asked it may still answer. */
    public void ignore(DeviceId device, MethodLine line) {
        lock.lock();
        try {
            listening.remove(device, line);
        } finally {
            lock.unlock();
        }
    }

    /** {@code line} is gone, and with it the answers to what was asked on it. */
    public void end(DeviceId device, MethodLine line) {
        lock.lock();
        try {
            listening.remove(device, line);
            open.getOrDefault(device, Map.of()).values().stream()
                    .filter(question -> question.isAskedOn(line))
                    .forEach(question -> question.reply.complete(new MethodReply.LineLost()));
        } finally {
            lock.unlock();
        }
    }

    /**
     * The device answers on {@code line}.
     *
     * @param payload one JSON value, or nothing
     * @return false when nobody waits for this answer (any more)
     */
    public boolean answer(DeviceId device, MethodLine line, String requestId, int status, Bytes payload) {
        Question asked;
        lock.lock();
        try {
            asked = open.getOrDefault(device, Map.of()).get(requestId);
        } finally {
            lock.unlock();
        }
        return asked != null && asked.isAskedOn(line) && asked.reply.complete(reply(status, payload));
    }

    private Optional<MethodReply.TooMany> enter(DeviceId device, Question question) {
        lock.lock();
        try {
            Map<String, Question> questions = open.getOrDefault(device, Map.of());
            if (questions.size() >= MOST_EACH || openAltogether >= MOST_ALTOGETHER) {
                return Optional.of(
                        new MethodReply.TooMany(questions.size() >= MOST_EACH ? MOST_EACH : MOST_ALTOGETHER));
            }
            open.computeIfAbsent(device, _ -> new HashMap<>()).put(question.call.requestId(), question);
            openAltogether++;
            MethodLine line = listening.get(device);
            if (line != null) {
                question.line.complete(line);
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void leave(DeviceId device, Question question) {
        lock.lock();
        try {
            openAltogether--;
            open.computeIfPresent(device, (_, questions) -> {
                questions.remove(question.call.requestId());
                return questions.isEmpty() ? null : questions;
            });
        } finally {
            lock.unlock();
        }
    }

    private static MethodReply reply(int status, Bytes payload) {
        if (payload.length() > MethodRequest.LARGEST) {
            return new MethodReply.Unreadable("the device's answer has more than " + MethodRequest.LARGEST + " bytes");
        }
        try {
            return new MethodReply.Answered(status, payload.isEmpty() ? JsonValue.NULL : Json.parse(payload.toUtf8()));
        } catch (IllegalArgumentException e) {
            return new MethodReply.Unreadable("the device's answer is " + e.getMessage());
        }
    }

    private static <T> Optional<T> within(Duration atMost, CompletableFuture<T> awaited) throws InterruptedException {
        try {
            return Optional.of(awaited.get(atMost.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("nobody fails this", e);
        }
    }
}
