// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TimeQuality;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What of one leaf is missing and why, as the hub is told: {@code {"gap":{"begin","end","reason","sequences":[[1,7]],
 * "messages":7}}}. It goes under the last of the numbers that are missing, so it needs no number of its own and stays in
 * its place.
 *
 * @param begin when the first message that is missing was taken; empty when nobody knows
 * @param end when the last one was, or when the loss was found; unknown and of no era when the gateway's clock did not run
 *     then
 */
record Gap(String reason, Optional<Stamp> begin, Stamp end, List<Range> ranges) {
    /** Given up because others needed the room. */
    static final String FULL = "outbox full";
    /** The disk no longer gives back what was stored. */
    static final String DAMAGED = "outbox damaged";
    /** The last record written is damaged, and it cannot be told whose it was. */
    static final String PERHAPS = "outbox damaged, perhaps nothing is missing";
    /** The disk did not take it; the reading was refused. */
    static final String REFUSED = "disk refused";

    private static final String BEGIN_ERA = "beginEra"; // as in other gaps; the uplink takes it away

    static final int MOST_RANGES = 64; // 1.5 KB as a message; a gap beyond begins another

    /** Numbers that are missing, both ends included. */
    record Range(long from, long to) {
        Range {
            if (from < 1 || to < from) {
                throw new IllegalArgumentException("no range of sequences: " + from + " to " + to);
            }
        }
    }

    Gap {
        ranges = joined(ranges);
    }

    static Gap damaged(long from, long to, Instant found) {
        return new Gap(
                DAMAGED, Optional.empty(), new Stamp(found, TimeQuality.UNKNOWN, 0), List.of(new Range(from, to)));
    }

    static Gap refused(long from, long to, Stamp begin, Stamp end) {
        return new Gap(REFUSED, Optional.of(begin), end, List.of(new Range(from, to)));
    }

    /** The number it goes under. */
    long position() {
        return ranges.getLast().to();
    }

    long messages() {
        return ranges.stream().mapToLong(range -> range.to() - range.from() + 1).sum();
    }

    boolean covers(long sequence) {
        return ranges.stream().anyMatch(range -> range.from() <= sequence && sequence <= range.to());
    }

    /** Both as one, when they have the same reason and are not too much for one message. */
    Optional<Gap> with(Gap later) {
        if (!reason.equals(later.reason)) {
            return Optional.empty();
        }
        List<Range> all =
                joined(Stream.concat(ranges.stream(), later.ranges.stream()).toList());
        return all.size() > MOST_RANGES
                ? Optional.empty()
                : Optional.of(new Gap(reason, begin.or(() -> later.begin), later.end, all));
    }

    Bytes body() {
        return Bytes.utf8(Json.object().add("gap", json()).build().toString());
    }

    /** What {@link #body} made, and {@code end} beside it. */
    static Gap parse(Bytes body, Stamp end) {
        try {
            JsonObject gap = Json.parseObject(body.toUtf8()).getJsonObject("gap");
            List<Range> ranges = gap.getJsonArray("sequences").getValuesAs(JsonArray.class).stream()
                    .map(pair -> new Range(
                            pair.getJsonNumber(0).longValueExact(),
                            pair.getJsonNumber(1).longValueExact()))
                    .toList();
            Optional<Stamp> begin = Json.text(gap, "begin").map(at -> begin(gap, Instant.parse(at)));
            return new Gap(gap.getString("reason"), begin, end, ranges);
        } catch (JsonException
                | ClassCastException
                | NullPointerException
                | ArithmeticException
                | IndexOutOfBoundsException
                | DateTimeException e) {
            throw new IllegalArgumentException("no gap: " + body.toUtf8(), e);
        }
    }

    private static Stamp begin(JsonObject gap, Instant at) {
        return gap.get(BEGIN_ERA) instanceof JsonNumber era
                ? new Stamp(at, TimeQuality.ESTIMATED, era.longValueExact())
                : Stamp.confirmed(at);
    }

    private JsonObject json() {
        var gap = Json.object();
        begin.ifPresent(first -> gap.add("begin", first.instant().toString()));
        begin.filter(first -> first.era() != 0).ifPresent(first -> gap.add(BEGIN_ERA, first.era()));
        var sequences = Json.array();
        ranges.forEach(range -> sequences.add(Json.array().add(range.from()).add(range.to())));
        return gap.add("end", end.instant().toString())
                .add("reason", reason)
                .add("sequences", sequences)
                .add("messages", messages())
                .build();
    }

    private static List<Range> joined(List<Range> ranges) {
        List<Range> all = new ArrayList<>();
        for (Range range :
                ranges.stream().sorted(Comparator.comparingLong(Range::from)).toList()) {
            if (!all.isEmpty() && range.from() <= all.getLast().to() + 1) {
                Range last = all.removeLast();
                all.add(new Range(last.from(), Math.max(last.to(), range.to())));
            } else {
                all.add(range);
            }
        }
        return List.copyOf(all);
    }

    /** As the store keeps it: alarms may be among what is missing, but a gap is a measurement. */
    Entry entry(int leaf) {
        return Entry.stamped(Entry.Kind.GAP, leaf, position(), Priority.MEASUREMENT, end, body());
    }
}
