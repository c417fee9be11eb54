// SPDX-License-Identifier: Apache-2.0
package io.postern.proofs;

import io.postern.gateway.Reading;
import io.postern.lab.sim.modbus.SimulatedBus.Exchange;
import io.postern.lab.sim.modbus.TemplateInstruments;
import io.postern.sensor.Measurement;
import io.postern.sensor.modbus.Space;
import io.postern.sensor.modbus.Span;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Knows what each instrument really had when it was asked, and compares everything that is published with it: each value
 * must be the one its own instrument had at the last question for it, and each hole between two readings a gap that is
 * told, with just these ends.
 */
public final class Oracle {
    private static final int MOST_FAULTS = 100; // what is wrong a hundred times is wrong

    private final TemplateInstruments type;
    private final Duration patience;
    private final Map<Integer, Map<String, Measurement>> had = new HashMap<>();
    private final Map<DeviceId, Book> books = new HashMap<>();
    private final List<String> faults = new ArrayList<>();

    /** What was published for one leaf. */
    private static final class Book {
        private final int unit;
        private long readings;
        private long gaps;
        private long healthy;
        private Optional<Instant> last = Optional.empty();
        private Optional<Told> told = Optional.empty();

        Book(int unit) {
            this.unit = unit;
        }
    }

    private record Told(Instant begin, Instant end) {}

    /** @param patience how far apart two readings may be without a gap between them */
    public Oracle(TemplateInstruments type, Duration patience) {
        this.type = type;
        this.patience = patience;
    }

    public void follow(DeviceId leaf, int unit) {
        books.put(leaf, new Book(unit));
    }

    /** An instrument was asked. */
    public void witness(Exchange exchange) {
        Optional<Span> asked = span(exchange.request());
        if (asked.isEmpty() || exchange.answered().isEmpty()) {
            return;
        }
        boolean own = exchange.instrument().individual() == exchange.unit();
        Map<String, Measurement> shown =
                type.shown(exchange.instrument().image()).values();
        Map<String, Measurement> values = had.computeIfAbsent(exchange.unit(), _ -> new HashMap<>());
        type.map().fields().forEach((name, field) -> {
            Measurement value = shown.get(name);
            if (asked.get().covers(field.span()) && value != null) {
                values.put(name, own ? value : new Measurement.Text("of another instrument"));
            }
        });
    }

    private static Optional<Span> span(Bytes request) {
        for (Space space : Space.values()) {
            if (space.function() == request.at(0) && request.length() == 5) {
                return Optional.of(new Span(space, word(request, 1), word(request, 3)));
            }
        }
        return Optional.empty();
    }

    private static int word(Bytes octets, int at) {
        return octets.at(at) << 8 | octets.at(at + 1);
    }

    /** A reading was published. */
    public void published(Reading reading, boolean healthy) {
        Book book = book(reading.leaf());
        book.readings++;
        book.healthy += healthy ? 1 : 0;
        Map<String, Measurement> truth = had.getOrDefault(book.unit, Map.of());
        reading.values().forEach((field, value) -> {
            if (!value.equals(truth.get(field))) {
                fault(reading.leaf() + " at " + reading.taken().instant() + ": " + field + " is published as " + value
                        + ", its instrument had " + truth.get(field));
            }
        });
        compareGaps(reading, book);
        book.last = Optional.of(reading.taken().instant());
        book.told = Optional.empty();
    }

    private void compareGaps(Reading reading, Book book) {
        if (book.last.isEmpty()) {
            return;
        }
        Instant before = book.last.get();
        Duration hole = Duration.between(before, reading.taken().instant());
        if (book.told.isPresent()) {
            Told told = book.told.get();
            if (!told.begin().equals(before)
                    || !told.end().equals(reading.taken().instant())) {
                fault(reading.leaf() + ": a gap is told from " + told.begin() + " to " + told.end()
                        + ", the readings beside it are of " + before + " and "
                        + reading.taken().instant());
            }
        } else if (hole.compareTo(patience) > 0) {
            fault(reading.leaf() + ": nothing is told of the hole from " + before + " to "
                    + reading.taken().instant());
        }
    }

    /** Another message than a reading was put into the outbox. */
    public void told(DeviceId leaf, Bytes body) {
        JsonObject message = Json.parseObject(body.toUtf8());
        Book book = book(leaf);
        JsonObject gap = message.getJsonObject("gap");
        if (gap == null || Json.requireText(gap, "reason").isBlank()) {
            fault(leaf + ": a message that is no gap: " + body.toUtf8());
            return;
        }
        book.gaps++;
        if (book.told.isPresent()) {
            fault(leaf + ": two gaps without a reading between them");
        }
        book.told = Optional.of(
                new Told(Instant.parse(Json.requireText(gap, "begin")), Instant.parse(Json.requireText(gap, "end"))));
    }

    public void fault(String what) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(what);
        }
    }

    public List<String> faults() {
        return List.copyOf(faults);
    }

    public long readings(DeviceId leaf) {
        return book(leaf).readings;
    }

    /** Readings while all was well with it and the line. */
    public long healthyReadings(DeviceId leaf) {
        return book(leaf).healthy;
    }

    public long gaps(DeviceId leaf) {
        return book(leaf).gaps;
    }

    public Optional<Instant> last(DeviceId leaf) {
        return book(leaf).last;
    }

    private Book book(DeviceId leaf) {
        Book book = books.get(leaf);
        if (book == null) {
            throw new IllegalArgumentException("nobody follows leaf " + leaf);
        }
        return book;
    }
}
