// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.service;

import io.postern.cloud.hub.EventPartition;
import io.postern.cloud.hub.EventStream;
import io.postern.wire.Shown;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a reader begins, as its selector filter says (wire 5.3): {@code amqp.annotation.x-opt-offset > '17'}, and the
 * same with {@code x-opt-sequence-number} and {@code x-opt-enqueued-time} (milliseconds), with {@code >=} too. Offset -1
 * is the beginning, {@code @latest} the end. Without a filter it begins at the beginning.
 */
final class StartingPoint {
    private static final String SELECTOR = "apache.org:selector-filter:string";
    private static final Pattern FORM = Pattern.compile(
            "\\s*amqp\\.annotation\\.x-opt-(offset|sequence-number|enqueued-?time(?:-?utc)?)\\s*(>=?)\\s*"
                    + "('?)(-1|@latest|[0-9]{1,18})\\3\\s*");

    private StartingPoint() {}

    /**
     * The offset of the first event to read.
     *
     * @throws IllegalArgumentException when the filter is no such one, or points behind the newest event
     */
    static long of(Map<String, Object> filters, EventStream events, int partition) {
        EventPartition now = events.partition(partition);
        if (filters.isEmpty()) {
            return now.first();
        }
        if (filters.size() > 1 || !(filters.get(SELECTOR) instanceof String selector)) {
            throw new IllegalArgumentException("one filter is understood here, " + SELECTOR + " with a text, not "
                    + Shown.of(filters.keySet().toString()));
        }
        Matcher parts = FORM.matcher(selector.toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            throw new IllegalArgumentException("the filter is amqp.annotation.x-opt-offset, -sequence-number or"
                    + " -enqueued-time, > or >=, and a number, not \"" + Shown.of(selector) + "\"");
        }
        boolean inclusive = parts.group(2).equals(">=");
        return switch (parts.group(4)) {
            case "-1" -> now.first();
            case "@latest" -> now.last() + 1;
            default -> {
                long number = Long.parseLong(parts.group(4));
                yield parts.group(1).startsWith("enqueued")
                        ? events.firstSince(partition, Instant.ofEpochMilli(inclusive ? number : number + 1))
                        : behind(parts.group(1), inclusive ? number : number + 1, now);
            }
        };
    }

    private static long behind(String what, long wanted, EventPartition now) {
        if (wanted > now.last() + 1) {
            throw new IllegalArgumentException("the supplied " + what.replace('-', ' ') + " is invalid: the last one in"
                    + " partition " + now.id() + " is " + now.last());
        }
        return Math.max(wanted, now.first());
    }
}
