// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What the registry is asked for: how many requests it takes, and how many devices come and go in a day (ISS-10). The days
 * are durable, the requests count since the hub was started.
 */
public final class RegistryMeter {
    private static final int KEPT_DAYS = 400; // a year and a month, to compare with

    static final String COMPONENT = "hub_registry_meter";
    static final List<String> STEPS = List.of(
            "CREATE TABLE hub_registry_meter(day TEXT PRIMARY KEY, created INTEGER NOT NULL, deleted INTEGER NOT NULL);");

    private final RegistrySettings settings;
    private final Database database;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final LongAdder taken = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private double tokens; // guarded by this
    private long refilled; // guarded by this

    /** Devices made and deleted on one day (UTC). */
    public record Day(String day, long created, long deleted) {}

    /**
     * Where the meter stands.
     *
     * @param alert whether more devices were made today than the operator expects
     */
    public record State(Day today, boolean alert, long operations, long throttled) {}

    RegistryMeter(RegistrySettings settings, Database database, InstantSource clock, LongSupplier nanos) {
        this.settings = settings;
        this.database = database;
        this.clock = clock;
        this.nanos = nanos;
        this.tokens = settings.operationsPerMinute();
        this.refilled = nanos.getAsLong();
    }

    /** Counts a request in; when there are too many, how long to wait. */
    public synchronized Optional<Duration> admit() {
        long now = nanos.getAsLong();
        double perNano = settings.operationsPerMinute() / (double) TimeUnit.MINUTES.toNanos(1);
        tokens = Math.min(settings.operationsPerMinute(), tokens + (now - refilled) * perNano);
        refilled = now;
        if (tokens >= 1) {
            tokens -= 1;
            taken.increment();
            return Optional.empty();
        }
        refused.increment();
        return Optional.of(Duration.ofNanos((long) Math.ceil((1 - tokens) / perNano)));
    }

    /** The limit that {@link #admit} keeps. */
    public int operationsPerMinute() {
        return settings.operationsPerMinute();
    }

    public State state() {
        Day today = database.read(c -> find(c, day(clock.instant())));
        return new State(today, isAlarming(today), taken.sum(), refused.sum());
    }

    /** Beyond how many new devices in a day {@link UsageMeter} alerts; 0 is never. */
    long createdPerDay() {
        return settings.createdPerDay();
    }

    /** The days from {@code day} on on which devices came or went. */
    List<Day> since(Connection c, String day) throws SQLException {
        return Sql.all(
                c,
                "SELECT * FROM hub_registry_meter WHERE day >= ? ORDER BY day",
                row -> new Day(row.text("day"), row.number("created"), row.number("deleted")),
                day);
    }

    void created(Connection c) throws SQLException {
        count(c, 1, 0);
    }

    void deleted(Connection c) throws SQLException {
        count(c, 0, 1);
    }

    private boolean isAlarming(Day today) {
        return settings.createdPerDay() > 0 && today.created() > settings.createdPerDay();
    }

    private void count(Connection c, int created, int deleted) throws SQLException {
        String day = day(clock.instant());
        int known = Sql.update(
                c,
                "UPDATE hub_registry_meter SET created = created + ?, deleted = deleted + ? WHERE day = ?",
                created,
                deleted,
                day);
        if (known == 0) {
            Sql.update(
                    c, "INSERT INTO hub_registry_meter(day, created, deleted) VALUES(?, ?, ?)", day, created, deleted);
            Sql.update(
                    c,
                    "DELETE FROM hub_registry_meter WHERE day < ?",
                    day(clock.instant().minus(Duration.ofDays(KEPT_DAYS))));
        }
    }

    private static Day find(Connection c, String day) throws SQLException {
        return Sql.first(
                        c,
                        "SELECT * FROM hub_registry_meter WHERE day = ?",
                        row -> new Day(day, row.number("created"), row.number("deleted")),
                        day)
                .orElseGet(() -> new Day(day, 0, 0));
    }

    private static String day(Instant at) {
        return LocalDate.ofInstant(at, ZoneOffset.UTC).toString();
    }
}
