// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.query.DeviceQuery;
import io.postern.cloud.hub.query.Selection;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * The hub's devices with all that is known of them, for who asks (SYS-07, document store): one by its name, or those a
 * query finds.
 *
 * <p>A query goes through the devices in the order of their ids, a few hundred at a time and outside of any transaction:
 * each device is seen as it is at one moment, the whole list is not. What it keeps in memory is one page.
 */
public final class DeviceSearch {
    public static final int LARGEST_PAGE = 1000; // spec: query twins, x-ms-max-item-count
    private static final int LARGEST_READ = 200; // devices; a twin has at most 72 KB, most have one
    private static final int LARGEST_ANSWER = 4 * 1024 * 1024; // characters of twins, after which a page ends early
    private static final int MOST_GROUPS = 1_000; // the values of a tag; more is the mark of grouping by an id

    private final Database database;
    private final LiveSessions sessions;
    private final ToIntFunction<DeviceId> waiting;

    /** @param waiting how many commands wait for a device */
    DeviceSearch(Database database, LiveSessions sessions, ToIntFunction<DeviceId> waiting) {
        this.database = database;
        this.sessions = sessions;
        this.waiting = waiting;
    }

    /**
     * A part of what a query finds.
     *
     * @param next where the rest begins; empty when this is the end
     */
    public record Page(List<JsonObject> items, Optional<Place> next) {
        public Page {
            items = List.copyOf(items);
        }
    }

    /**
     * Where a page begins.
     *
     * @param after the last device, or the last group, that was given
     * @param given how many were given so far
     */
    public record Place(String after, long given) {
        public static final Place START = new Place("", 0);
    }

    /** The device's twin, with all that a twin repeats of the identity. */
    public Optional<JsonObject> find(DeviceId device) {
        return document(device.text()).map(DeviceDocument::toJson);
    }

    /**
     * Answers a query, from {@code place} on.
     *
     * @param most how many items at most; 1 to {@link #LARGEST_PAGE}
     * @throws IllegalArgumentException when the query has more groups than this hub counts
     */
    public Page ask(DeviceQuery query, Place place, int most) {
        int size = Math.clamp(most, 1, LARGEST_PAGE);
        return switch (query.selection()) {
            case Selection.Twins _ -> page(query, place, size, DeviceDocument::toJson);
            case Selection.Fields(var fields) -> page(query, place, size, device -> fields(device, fields));
            case Selection.Counts counts -> groups(query, counts, place, size);
        };
    }

    private interface Shape {
        JsonObject of(DeviceDocument device);
    }

    private Page page(DeviceQuery query, Place place, int most, Shape shape) {
        long left = query.most().orElse(Long.MAX_VALUE) - place.given();
        long wanted = Math.min(most, left);
        List<JsonObject> items = new ArrayList<>();
        String last = place.after();
        long size = 0;
        Iterator<DeviceDocument> found = devices(query, place.after()).iterator();
        while (items.size() < wanted && size < LARGEST_ANSWER && found.hasNext()) {
            DeviceDocument device = found.next();
            items.add(shape.of(device));
            last = device.deviceId().text();
            size += device.size();
        }
        boolean more = items.size() < left && found.hasNext();
        return new Page(items, more ? Optional.of(new Place(last, place.given() + items.size())) : Optional.empty());
    }

    private Page groups(DeviceQuery query, Selection.Counts selection, Place place, int most) {
        // by the value's text; the empty text, which no value has, stands for devices without one
        Map<String, Group> groups = new TreeMap<>();
        devices(query, "").forEach(device -> {
            Optional<JsonValue> value = selection.groupBy().flatMap(device::find);
            groups.computeIfAbsent(value.map(JsonValue::toString).orElse(""), _ -> new Group(value)).count++;
            if (groups.size() > MOST_GROUPS) {
                throw new IllegalArgumentException(
                        "GROUP BY makes more than " + MOST_GROUPS + " groups; group by what fewer devices differ in");
            }
        });
        if (selection.groupBy().isEmpty()) {
            groups.computeIfAbsent("", _ -> new Group(Optional.empty())); // of no device there is a count too
        }
        var all = new ArrayList<>(groups.entrySet());
        int begin = (int) all.stream()
                .filter(each -> place.given() > 0 && each.getKey().compareTo(place.after()) <= 0)
                .count();
        long end = Math.min(all.size(), query.most().orElse(Long.MAX_VALUE) - place.given() + begin);
        List<Map.Entry<String, Group>> shown = all.subList(begin, (int) Math.clamp(end, begin, begin + (long) most));
        boolean more = begin + shown.size() < end;
        return new Page(
                shown.stream().map(each -> each.getValue().shown(selection)).toList(),
                more
                        ? Optional.of(new Place(shown.getLast().getKey(), place.given() + shown.size()))
                        : Optional.empty());
    }

    /** Devices with one value of what is grouped by. */
    private static final class Group {
        private final Optional<JsonValue> value;
        private long count;

        Group(Optional<JsonValue> value) {
            this.value = value;
        }

        JsonObject shown(Selection.Counts selection) {
            JsonObjectBuilder json = Json.object();
            selection.fields().forEach(field -> value.ifPresent(known -> json.add(field.name(), known)));
            selection.counts().forEach(name -> json.add(name, count));
            return json.build();
        }
    }

    private static JsonObject fields(DeviceDocument device, List<Selection.Field> fields) {
        JsonObjectBuilder json = Json.object();
        fields.forEach(field -> device.find(field.path()).ifPresent(value -> json.add(field.name(), value)));
        return json.build();
    }

    /** The devices that fit, in the order of their ids, those behind {@code after}; read as they are asked for. */
    private Stream<DeviceDocument> devices(DeviceQuery query, String after) {
        Stream<DeviceDocument> candidates = query.deviceIds()
                .map(named -> named.stream()
                        .filter(id -> id.compareTo(after) > 0)
                        .map(this::document)
                        .flatMap(Optional::stream))
                .orElseGet(() -> Stream.iterate(read(after), some -> !some.isEmpty(), this::readOn)
                        .flatMap(List::stream));
        return candidates.filter(query::accepts);
    }

    private List<DeviceDocument> readOn(List<DeviceDocument> before) {
        return before.size() < LARGEST_READ
                ? List.of()
                : read(before.getLast().deviceId().text());
    }

    private List<DeviceDocument> read(String after) {
        return database
                .read(c -> Sql.all(
                        c,
                        DeviceDocument.ROWS + " WHERE t.device > ? ORDER BY t.device LIMIT ?",
                        DeviceDocument.Columns::of,
                        after,
                        LARGEST_READ))
                .stream()
                .map(this::document)
                .toList();
    }

    private Optional<DeviceDocument> document(String device) {
        return database.read(c ->
                        Sql.first(c, DeviceDocument.ROWS + " WHERE t.device = ?", DeviceDocument.Columns::of, device))
                .map(this::document);
    }

    private DeviceDocument document(DeviceDocument.Columns columns) {
        return new DeviceDocument(columns, sessions.find(columns.device()), waiting);
    }
}
