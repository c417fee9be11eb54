// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The names of deleted devices that may not be used again yet, because tokens that bear them may still be valid (ISS-13,
 * DEC-6). No shorter than the longest life of a token anybody issues.
 */
public final class Quarantine {
    private final Database database;
    private final Duration length;
    private final InstantSource clock;

    Quarantine(Database database, Duration length, InstantSource clock) {
        this.database = database;
        this.length = length;
        this.clock = clock;
    }

    public Duration length() {
        return length;
    }

    /** How many names are barred now. */
    public long count() {
        return database.read(c -> Sql.first(
                        c,
                        "SELECT count(*) AS n FROM hub_quarantine WHERE until > ?",
                        row -> row.number("n"),
                        clock.instant())
                .orElse(0L));
    }

    /** The refusal that a creation of {@code device} would meet now. */
    public Optional<RegistryReply.Quarantined> of(DeviceId device) {
        return database.read(c -> of(c, device));
    }

    Optional<RegistryReply.Quarantined> of(Connection c, DeviceId device) throws SQLException {
        Instant now = clock.instant();
        return Sql.first(
                        c,
                        "SELECT until FROM hub_quarantine WHERE device = ?",
                        row -> row.instant("until"),
                        device.text())
                .filter(now::isBefore)
                .map(until -> new RegistryReply.Quarantined(device, until, daysUp(Duration.between(now, until))));
    }

    /** The refusal that a creation by {@code heir} would meet: none when the name was kept for it. */
    Optional<RegistryReply.Quarantined> of(Connection c, DeviceId device, Optional<String> heir) throws SQLException {
        boolean kept = heir.isPresent()
                && Sql.first(
                                c,
                                "SELECT heir FROM hub_quarantine WHERE device = ?",
                                row -> row.optionalText("heir"),
                                device.text())
                        .flatMap(keptFor -> keptFor)
                        .equals(heir);
        return kept ? Optional.empty() : of(c, device);
    }

    void leave(Connection c, DeviceId device) throws SQLException {
        Sql.update(c, "DELETE FROM hub_quarantine WHERE device = ?", device.text());
    }

    /** @param heir who alone may use the name again before its time */
    void enter(Connection c, DeviceId device, Optional<String> heir) throws SQLException {
        Sql.update(c, "DELETE FROM hub_quarantine WHERE until <= ?", clock.instant());
        Sql.update(
                c,
                Sql.upsert("hub_quarantine", "device", "until, heir"),
                device.text(),
                clock.instant().plus(length),
                heir);
    }

    private static long daysUp(Duration left) {
        return left.minusNanos(1).toDays() + 1;
    }
}
