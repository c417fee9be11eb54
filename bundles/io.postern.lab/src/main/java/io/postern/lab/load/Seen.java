// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.load;

import io.postern.ctl.EventStream;
import io.postern.ctl.ServiceException;
import io.postern.ctl.TelemetryEvent;
import io.postern.gateway.load.Latencies;
import io.postern.gateway.load.LoadLedger;
import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What of a crew's readings has come out of the hub, to be held against what its gateway had accepted: nothing may be
 * missing, and what comes again was on its way at an interruption. Used by one thread.
 */
public final class Seen {
    private static final int MOST_AT_ONCE = 10_000; // so that a reader of a stream without end comes back

    private final Crew crew;
    private final List<BitSet> numbers = new ArrayList<>(); // by stream
    private final List<Long> highest = new ArrayList<>();
    private Latencies latencies = new Latencies();
    private Latencies latenciesApart = new Latencies();
    private int apart = Integer.MAX_VALUE; // the first stream of those that are looked at apart
    private final Map<Integer, Long> back = new HashMap<>(); // when one of these was taken first, as watchedFrom
    private long watchedFrom; // microseconds since 1970
    private long count;
    private long repeated;
    private long late;

    /** @param streams of all leaves together */
    public Seen(Crew crew, int streams) {
        this.crew = crew;
        for (int stream = 0; stream < streams; stream++) {
            numbers.add(new BitSet());
            highest.add(0L);
        }
    }

    /** Takes in what {@code events} has to offer, waiting at most {@code wait} for the first; how many there were. */
    public int read(EventStream events, Duration wait) throws ServiceException, InterruptedException {
        return readAll(events, wait, List.of(this));
    }

    /** The same for several crews at once. */
    public static int readAll(EventStream events, Duration wait, Collection<Seen> crews)
            throws ServiceException, InterruptedException {
        int taken = 0;
        Optional<TelemetryEvent> event = events.next(wait);
        while (event.isPresent()) {
            for (Seen crew : crews) {
                crew.accept(event.get());
            }
            taken++;
            event = taken < MOST_AT_ONCE ? events.next(Duration.ZERO) : Optional.empty();
        }
        return taken;
    }

    /**
     * Reads until nothing that was accepted is missing.
     *
     * @return how many are missing when nothing came for {@code patience}
     */
    public long awaitAll(EventStream events, LoadLedger.Account account, Duration patience)
            throws ServiceException, InterruptedException {
        long last = System.nanoTime();
        while (missing(account) > 0 && System.nanoTime() - last < patience.toNanos()) {
            if (read(events, Duration.ofMillis(200)) > 0) {
                last = System.nanoTime();
            }
        }
        return missing(account);
    }

    /** Takes in one event, for whoever reads the stream for others as well; what is not of the crew is left out. */
    public void accept(TelemetryEvent event) {
        Optional<JsonObject> body = Json.object(event.json(), "body");
        if (!event.deviceId().startsWith(crew.prefix())
                || body.isEmpty()
                || !(body.get().get("stream") instanceof JsonNumber stream)
                || !(body.get().get("n") instanceof JsonNumber n)
                || !(body.get().get("at") instanceof JsonNumber at)) {
            return; // somebody else's
        }
        int index = stream.intValueExact();
        if (at.longValueExact() >= watchedFrom) {
            watch(index, at.longValueExact(), event);
        }
        if (numbers.get(index).get(n.intValueExact())) {
            repeated++;
            return;
        }
        count++;
        numbers.get(index).set(n.intValueExact());
        if (n.longValueExact() < highest.get(index)) {
            late++;
        } else {
            highest.set(index, n.longValueExact());
        }
    }

    private void watch(int stream, long offered, TelemetryEvent event) {
        if (stream < apart) {
            latencies.add(1000 * (micros(Instant.now()) - offered));
            return;
        }
        long taken = micros(Instant.parse(event.json().getString("enqueued")));
        Long since = back.putIfAbsent(stream, taken);
        if (since != null && offered >= since) {
            latenciesApart.add(1000 * Math.max(0, taken - offered)); // the hub tells milliseconds
        }
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    /** How many that the gateway had accepted have not come. */
    public long missing(LoadLedger.Account account) {
        long missing = 0;
        for (int stream = 0; stream < numbers.size(); stream++) {
            long settled = account.settled().get(stream);
            missing += settled - numbers.get(stream).get(1, (int) settled + 1).cardinality();
        }
        if (missing == 0) {
            return 0;
        }
        return missing
                - account.holes().stream()
                        .filter(hole -> !numbers.get(hole.stream()).get((int) hole.number()))
                        .count();
    }

    /** The first of the missing, at most {@code most}: {@code LEAF n 17}. */
    public List<String> missingOnes(LoadLedger.Account account, int most) {
        List<String> found = new ArrayList<>();
        int each = numbers.size() / crew.leaves();
        for (int stream = 0; stream < numbers.size(); stream++) {
            for (int n = 1; n <= account.settled().get(stream) && found.size() < most; n++) {
                if (!numbers.get(stream).get(n) && account.isAccepted(stream, n)) {
                    found.add(crew.leaf(stream / each) + " n " + n);
                }
            }
        }
        return found;
    }

    /** Readings, each counted once. */
    public long count() {
        return count;
    }

    /** Came again. */
    public long repeated() {
        return repeated;
    }

    /** Came for the first time after a later one of the same stream: the order was not kept. */
    public long late() {
        return late;
    }

    /** From the offer of each reading to its being seen here, since {@link #forgetLatencies}; repetitions included. */
    public Latencies latencies() {
        return latencies;
    }

    /**
     * Of the streams that are looked at apart: from the offer of each reading to its being taken by the hub, which a reader of
     * a crowded stream sees later, of what was offered after a first reading of the stream was taken.
     */
    public Latencies latenciesApart() {
        return latenciesApart;
    }

    /** Looks at the latencies of {@code stream} and those behind it apart from the others'. */
    public void lookApartFrom(int stream) {
        apart = stream;
    }

    public void forgetLatencies() {
        latencies = new Latencies();
        latenciesApart = new Latencies();
        back.clear();
    }

    /** Latencies count anew, and only of readings that are offered from now on. */
    public void watchNewReadings() {
        watchedFrom = micros(Instant.now());
        forgetLatencies();
    }
}
