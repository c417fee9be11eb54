// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.events;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * The consumer groups of one hub and who reads for them right now (HUB-27, HUB-33). Each group reads the whole stream on
 * its own. Groups are durable, readers are not; where a reader has got to is the reader's to remember.
 *
 * <p>In one group, a partition has up to {@link #MOST_READERS} readers, or one that came with an epoch: that one
 * displaces readers without and those whose epoch is not higher.
 */
public final class ConsumerGroups {
    /** spec: the most an Event Hub of the standard tier has, the default one among them. */
    public static final int MOST = 20;
    /** spec: the most an Event Hub lets read one partition for one group. */
    public static final int MOST_READERS = 5;

    private static final List<String> STEPS = List.of(
            "CREATE TABLE hub_consumer_group(lower_name TEXT PRIMARY KEY, name TEXT NOT NULL, created INTEGER NOT NULL)");

    /** What became of the wish for a group. */
    public enum Creation {
        CREATED,
        EXISTED,
        TOO_MANY
    }

    private record Place(ConsumerGroup group, int partition) {}

    private final Database database;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final SequencedMap<String, ConsumerGroup> groups = new LinkedHashMap<>(); // guarded by lock
    private final Map<Place, List<Seat>> readers = new HashMap<>(); // guarded by lock

    public ConsumerGroups(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        database.migrate("hub_consumer_groups", STEPS);
        database.transaction(c -> Sql.update(
                c,
                "INSERT INTO hub_consumer_group(lower_name, name, created) VALUES(?, ?, ?)"
                        + " ON CONFLICT(lower_name) DO NOTHING",
                ConsumerGroup.DEFAULT.key(),
                ConsumerGroup.DEFAULT.name(),
                clock.instant()));
        put(ConsumerGroup.DEFAULT);
        database.read(c -> Sql.all(
                        c,
                        "SELECT name FROM hub_consumer_group ORDER BY created, lower_name",
                        row -> ConsumerGroup.of(row.text("name"))))
                .forEach(this::put);
    }

    /** When there was a stream to read for the first time. */
    public Instant since() {
        return database.read(c -> Sql.first(
                        c,
                        "SELECT created FROM hub_consumer_group WHERE lower_name = ?",
                        row -> row.instant("created"),
                        ConsumerGroup.DEFAULT.key()))
                .orElseThrow();
    }

    /** The default one first, then in the order of their creation. */
    public List<ConsumerGroup> all() {
        lock.lock();
        try {
            return List.copyOf(groups.values());
        } finally {
            lock.unlock();
        }
    }

    /** The group of that name, as it was written when it was created. */
    public Optional<ConsumerGroup> find(ConsumerGroup named) {
        lock.lock();
        try {
            return Optional.ofNullable(groups.get(named.key()));
        } finally {
            lock.unlock();
        }
    }

    public Creation create(ConsumerGroup group) {
        lock.lock();
        try {
            if (groups.containsKey(group.key())) {
                return Creation.EXISTED;
            }
            if (groups.size() >= MOST) {
                return Creation.TOO_MANY;
            }
            database.transaction(c -> Sql.update(
                    c,
                    "INSERT INTO hub_consumer_group(lower_name, name, created) VALUES(?, ?, ?)",
                    group.key(),
                    group.name(),
                    clock.instant()));
            put(group);
            return Creation.CREATED;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Deletes a group and ends its readers.
     *
     * @return whether there was one
     * @throws IllegalArgumentException for the default group, which stays
     */
    public boolean delete(ConsumerGroup group) {
        if (group.equals(ConsumerGroup.DEFAULT)) {
            throw new IllegalArgumentException("the consumer group " + ConsumerGroup.DEFAULT + " cannot be deleted");
        }
        List<Seat> ended;
        lock.lock();
        try {
            if (!groups.containsKey(group.key())) {
                return false;
            }
            database.transaction(
                    c -> Sql.update(c, "DELETE FROM hub_consumer_group WHERE lower_name = ?", group.key()));
            groups.remove(group.key());
            ended = readers.entrySet().stream()
                    .filter(entry -> entry.getKey().group().equals(group))
                    .flatMap(entry -> entry.getValue().stream())
                    .toList();
            readers.keySet().removeIf(place -> place.group().equals(group));
        } finally {
            lock.unlock();
        }
        ended.forEach(seat -> seat.reader.ended(EventReader.End.GROUP_DELETED));
        return true;
    }

    /**
     * Lets {@code reader} read one partition for a group.
     *
     * @param epoch what it claims the partition for itself with, if it does
     */
    public ReaderReply open(ConsumerGroup group, int partition, OptionalLong epoch, EventReader reader) {
        var seat = new Seat(new Place(group, partition), epoch, reader);
        List<Seat> displaced;
        lock.lock();
        try {
            if (!groups.containsKey(group.key())) {
                return new ReaderReply.UnknownGroup(group);
            }
            List<Seat> there = readers.getOrDefault(seat.place, List.of());
            OptionalLong highest =
                    there.stream().flatMapToLong(each -> each.epoch.stream()).max();
            if (highest.isPresent() && (epoch.isEmpty() || epoch.getAsLong() < highest.getAsLong())) {
                return new ReaderReply.Outranked(highest.getAsLong());
            }
            if (epoch.isEmpty() && there.size() >= MOST_READERS) {
                return new ReaderReply.TooMany(MOST_READERS);
            }
            displaced = epoch.isPresent() ? there : List.of();
            Stream<Seat> staying = epoch.isPresent() ? Stream.of() : there.stream();
            readers.put(seat.place, Stream.concat(staying, Stream.of(seat)).toList());
        } finally {
            lock.unlock();
        }
        displaced.forEach(each -> each.reader.ended(EventReader.End.DISPLACED));
        return new ReaderReply.Reading(seat);
    }

    /** How many readers each group has, over all partitions. */
    public Map<ConsumerGroup, Integer> readers() {
        lock.lock();
        try {
            Map<ConsumerGroup, Integer> counts = new LinkedHashMap<>();
            groups.values().forEach(group -> counts.put(group, 0));
            readers.forEach((place, there) ->
                    counts.merge(groups.getOrDefault(place.group().key(), place.group()), there.size(), Integer::sum));
            return counts;
        } finally {
            lock.unlock();
        }
    }

    private void put(ConsumerGroup group) {
        groups.put(group.key(), group);
    }

    private void leave(Seat seat) {
        lock.lock();
        try {
            readers.computeIfPresent(seat.place, (_, there) -> {
                var staying = new ArrayList<>(there);
                staying.remove(seat);
                return staying.isEmpty() ? null : List.copyOf(staying);
            });
        } finally {
            lock.unlock();
        }
    }

    /** Where one reader sits; each is one of a kind. */
    private final class Seat implements ReaderReply.Lease {
        private final Place place;
        private final OptionalLong epoch;
        private final EventReader reader;

        Seat(Place place, OptionalLong epoch, EventReader reader) {
            this.place = place;
            this.epoch = epoch;
            this.reader = reader;
        }

        @Override
        public void close() {
            leave(this);
        }
    }
}
