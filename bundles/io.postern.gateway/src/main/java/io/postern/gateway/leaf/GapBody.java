// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.TimeQuality;
import io.postern.gateway.spi.GatewayClock;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * A hole in the readings as the hub gets it, {@code {"gap":{"begin","end","reason"}}}. While it waits in the outbox, the era
 * of its beginning stands beside it: the one of its end is the message's.
 */
public final class GapBody {
    private static final byte[] OPENING = Bytes.utf8("{\"gap\":{").toArray();
    private static final String ERA = "beginEra";

    private GapBody() {}

    static Bytes encode(Stamp begin, Stamp end, String reason) {
        // within one era a clock may have been set back; of two the order shows when both are known
        boolean mixed = begin.era() == end.era() && begin.instant().isAfter(end.instant());
        var gap = Json.object()
                .add("begin", (mixed ? end : begin).instant().toString())
                .add("end", end.instant().toString())
                .add("reason", reason);
        if (begin.era() != 0) {
            gap.add(ERA, begin.era());
        }
        return Bytes.utf8(Json.object().add("gap", gap).build().toString());
    }

    /** The message with its time, and those in the gap it may be, as they are known now. */
    public static TelemetryMessage resolve(TelemetryMessage message, GatewayClock clock) {
        Stamp end = clock.resolve(message.taken());
        byte[] body = message.body().toArray();
        boolean isGap =
                body.length > OPENING.length && Arrays.equals(body, 0, OPENING.length, OPENING, 0, OPENING.length);
        if (!isGap) {
            return end.equals(message.taken()) ? message : with(message, end, message.body());
        }
        JsonObject json = Json.parseObject(message.body().toUtf8());
        JsonObject gap = json.getJsonObject("gap");
        if (isOfNoClock(end)) {
            end = clock.stamp(); // a store that finds damage has no clock yet: by now it was
        }
        Optional<Stamp> begin = begin(gap, clock);
        var told = Json.object(gap).remove(ERA).add("end", end.instant().toString());
        if (begin.isPresent()) {
            Instant from = begin.get().instant();
            told.add("begin", (from.isBefore(end.instant()) ? from : end.instant()).toString());
        }
        boolean worse = begin.isPresent() && begin.get().quality().compareTo(end.quality()) < 0;
        return with(
                message,
                worse ? new Stamp(end.instant(), begin.get().quality(), end.era()) : end,
                Bytes.utf8(Json.object(json).add("gap", told).build().toString()));
    }

    private static boolean isOfNoClock(Stamp stamp) {
        return stamp.quality() == TimeQuality.UNKNOWN && stamp.era() == 0;
    }

    /** Empty when nobody knows: what the disk lost has no beginning. */
    private static Optional<Stamp> begin(JsonObject gap, GatewayClock clock) {
        return Json.text(gap, "begin")
                .map(Instant::parse)
                .map(at -> gap.get(ERA) instanceof JsonNumber era
                        ? clock.resolve(new Stamp(at, TimeQuality.ESTIMATED, era.longValue()))
                        : Stamp.confirmed(at));
    }

    private static TelemetryMessage with(TelemetryMessage message, Stamp taken, Bytes body) {
        return new TelemetryMessage(message.leaf(), message.sequence(), message.priority(), taken, body);
    }
}
