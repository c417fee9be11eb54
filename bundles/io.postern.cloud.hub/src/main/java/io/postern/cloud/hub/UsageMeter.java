// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.diagnostics.Diagnostics;
import io.postern.cloud.hub.diagnostics.HubMeters;
import io.postern.cloud.hub.diagnostics.Operation;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a hub is used for, day by day (UTC): the four ways in which somebody else's doing costs its operator money (ISS-10).
 * Days are durable; what was counted since the last {@link #settle}, at most a minute, is lost in a crash.
 */
public final class UsageMeter {
    static final String COMPONENT = "hub_usage";
    static final List<String> STEPS = List.of("""
            CREATE TABLE hub_usage(
              day TEXT PRIMARY KEY, messages INTEGER NOT NULL, bytes INTEGER NOT NULL, garbled INTEGER NOT NULL,
              stored INTEGER NOT NULL);
            """);

    private static final Logger LOG = LoggerFactory.getLogger(UsageMeter.class);
    private static final int KEPT_DAYS = 400; // a year and a month, to compare with
    private static final int WEEK = 7;

    /** What is measured. */
    public enum Kind {
        DEVICES("devices", 10, "look at who makes them"),
        MESSAGES("messages", 1_000, "look for a device that sends too often"),
        BYTES("bytes", 1 << 20, "look for a device that sends too much"),
        STORED_BYTES("storedBytes", 1 << 20, "keep fewer events, or give them more room"),
        GARBLED("garbled", 100, "look for a device with broken software");

        private final String text;
        private final long floor;
        private final String advice;

        /** @param floor below it nothing is a jump: the first steps of a small hub alarm nobody */
        Kind(String text, long floor, String advice) {
            this.text = text;
            this.floor = floor;
            this.advice = advice;
        }

        public String text() {
            return text;
        }
    }

    /**
     * Where one meter stands.
     *
     * @param mean of the days before, at most seven; 0 when there were none
     * @param threshold what the operator set for a day; 0 when nothing
     * @param alert why today is more than expected; empty when it is not
     */
    public record Reading(Kind kind, long today, long mean, long threshold, Optional<String> alert) {}

    private record Day(String day, long messages, long bytes, long garbled, long stored) {}

    private final UsageSettings settings;
    private final RegistryMeter registry;
    private final EventStream events;
    private final Diagnostics diagnostics;
    private final Database database;
    private final InstantSource clock;
    private final Map<Kind, String> alerted = new EnumMap<>(Kind.class); // guarded by this
    private Day counted = new Day("", 0, 0, 0, 0); // what is in the table already; guarded by this

    UsageMeter(
            UsageSettings settings,
            RegistryMeter registry,
            EventStream events,
            Diagnostics diagnostics,
            Database database,
            InstantSource clock) {
        this.settings = settings;
        this.registry = registry;
        this.events = events;
        this.diagnostics = diagnostics;
        this.database = database;
        this.clock = clock;
        database.migrate(COMPONENT, STEPS);
    }

    /** The meters of today, in the order of {@link Kind}. */
    public synchronized List<Reading> read() {
        settle();
        return readings();
    }

    /** Writes down what was counted since it was called last, and alerts the operator; once a minute. */
    public synchronized void settle() {
        HubMeters meters = diagnostics.meters();
        var now = new Day("", meters.messages(), meters.bytes(), meters.garbled(), 0);
        long kept = Math.max(0, events.last() - events.first() + 1);
        database.transaction(c -> {
            var more = new Day(
                    day(0),
                    now.messages() - counted.messages(),
                    now.bytes() - counted.bytes(),
                    now.garbled() - counted.garbled(),
                    0);
            write(c, more);
            return Sql.update(c, "UPDATE hub_usage SET stored = ? WHERE day = ?", stored(all(c, ""), kept), more.day());
        });
        counted = now;
        readings().forEach(this::alert);
    }

    private void alert(Reading reading) {
        String today = day(0);
        if (reading.alert().isEmpty() || today.equals(alerted.put(reading.kind(), today))) {
            return;
        }
        LOG.atWarn()
                .addKeyValue("meter", reading.kind().text())
                .addKeyValue("today", reading.today())
                .log("{}; {}", reading.alert().get(), reading.kind().advice);
        diagnostics.write(new Operation.UsageAlert(
                reading.kind().text(), reading.today(), reading.alert().get()));
    }

    private List<Reading> readings() {
        record Past(List<Day> days, List<RegistryMeter.Day> devices) {}
        String first = day(WEEK);
        Past past = database.read(c -> new Past(all(c, first), registry.since(c, first)));
        return List.of(
                reading(
                        Kind.DEVICES,
                        registry.createdPerDay(),
                        past.devices(),
                        RegistryMeter.Day::day,
                        RegistryMeter.Day::created),
                reading(Kind.MESSAGES, settings.messagesPerDay(), past.days(), Day::day, Day::messages),
                reading(Kind.BYTES, settings.bytesPerDay(), past.days(), Day::day, Day::bytes),
                reading(Kind.STORED_BYTES, settings.storedBytes(), past.days(), Day::day, Day::stored),
                reading(Kind.GARBLED, settings.garbledPerDay(), past.days(), Day::day, Day::garbled));
    }

    private <D> Reading reading(
            Kind kind, long threshold, List<D> days, Function<D, String> dayOf, ToLongFunction<D> value) {
        String today = day(0);
        long now = 0;
        long sum = 0;
        long before = 0;
        for (D each : days) {
            if (dayOf.apply(each).equals(today)) {
                now = value.applyAsLong(each);
            } else {
                sum += value.applyAsLong(each);
                before = Math.max(before, daysAgo(dayOf.apply(each)));
            }
        }
        long mean = before == 0 ? 0 : sum / before;
        return new Reading(kind, now, mean, threshold, why(kind, now, before, mean, threshold));
    }

    private Optional<String> why(Kind kind, long now, long before, long mean, long threshold) {
        if (threshold > 0 && now > threshold) {
            return Optional.of(kind.text() + " today: " + now + ", more than the " + threshold + " expected");
        }
        boolean jumps = settings.jump() > 0 && before > 0 && now > kind.floor && now > settings.jump() * mean;
        return jumps
                ? Optional.of(kind.text() + " today: " + now + ", more than " + settings.jump() + " times the mean of "
                        + mean + " in the days before")
                : Optional.empty();
    }

    /** The kept events are the newest ones: what their days brought, of the oldest of these days a part. */
    private static long stored(List<Day> newestFirst, long kept) {
        long left = kept;
        long bytes = 0;
        long messages = 0;
        for (Day each : newestFirst) {
            if (left <= 0) {
                break;
            }
            long taken = Math.min(left, each.messages());
            bytes += each.messages() == 0 ? 0 : Math.round((double) each.bytes() * taken / each.messages());
            messages += taken;
            left -= taken;
        }
        return messages == 0 ? 0 : bytes + Math.round((double) bytes * left / messages);
    }

    private void write(Connection c, Day more) throws SQLException {
        int known = Sql.update(
                c,
                "UPDATE hub_usage SET messages = messages + ?, bytes = bytes + ?, garbled = garbled + ? WHERE day = ?",
                more.messages(),
                more.bytes(),
                more.garbled(),
                more.day());
        if (known == 0) {
            Sql.update(
                    c,
                    "INSERT INTO hub_usage(day, messages, bytes, garbled, stored) VALUES(?, ?, ?, ?, 0)",
                    more.day(),
                    more.messages(),
                    more.bytes(),
                    more.garbled());
            Sql.update(c, "DELETE FROM hub_usage WHERE day < ?", day(KEPT_DAYS));
        }
    }

    private static List<Day> all(Connection c, String from) throws SQLException {
        return new ArrayList<>(Sql.all(
                c,
                "SELECT * FROM hub_usage WHERE day >= ? ORDER BY day DESC",
                row -> new Day(
                        row.text("day"),
                        row.number("messages"),
                        row.number("bytes"),
                        row.number("garbled"),
                        row.number("stored")),
                from));
    }

    private long daysAgo(String day) {
        return LocalDate.parse(day(0)).toEpochDay() - LocalDate.parse(day).toEpochDay();
    }

    private String day(int ago) {
        Instant at = clock.instant().minus(Duration.ofDays(ago));
        return LocalDate.ofInstant(at, ZoneOffset.UTC).toString();
    }
}
