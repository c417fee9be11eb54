// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Which gateway speaks for which leaf, kept in the database. */
final class LeafLedger {
    private static final int LARGEST_PAGE = 1_000; // the same as the registry's

    private static final List<String> STEPS = List.of("""
            CREATE TABLE tokens_leaf(
              hub TEXT NOT NULL, leaf TEXT NOT NULL, gateway TEXT NOT NULL, generation TEXT NOT NULL, assigned INTEGER NOT NULL,
              issued INTEGER NOT NULL, last_issued INTEGER, last_expires INTEGER, refusal TEXT, refused INTEGER,
              PRIMARY KEY (hub, leaf));
            """);

    private static final String FIND = "SELECT * FROM tokens_leaf WHERE hub = ? AND leaf = ?";

    private static final String ASSIGN = Sql.upsert(
            "tokens_leaf",
            "hub, leaf",
            "gateway, generation, assigned, issued, last_issued, last_expires, refusal, refused");

    private final Database database;
    private final String hub;

    /** The part of the ledger that is about the leaves of {@code hub}. */
    LeafLedger(Database database, HubName hub) {
        this.database = database;
        this.hub = hub.text();
        database.migrate("tokens", STEPS);
    }

    Optional<LeafAssignment> find(DeviceId leaf) {
        return database.read(c -> Sql.first(c, FIND, LeafLedger::assignment, hub, leaf.text()));
    }

    /**
     * Assigns {@code leaf} unless another gateway holds it and {@code handover} was not asked for.
     *
     * @return the gateway that keeps it; empty when it was assigned
     */
    Optional<DeviceId> assign(DeviceId leaf, DeviceId gateway, String generationId, boolean handover, Instant now) {
        return database.transaction(c -> {
            Optional<LeafAssignment> held = Sql.first(c, FIND, LeafLedger::assignment, hub, leaf.text());
            boolean same = held.filter(h -> h.gateway().equals(gateway)).isPresent();
            if (same && held.orElseThrow().generationId().equals(generationId)) {
                return Optional.empty(); // nothing changes, its counts go on
            }
            // an assignment of a device that is gone holds nothing
            boolean alive =
                    held.filter(h -> h.generationId().equals(generationId)).isPresent();
            if (alive && !same && !handover) {
                return held.map(LeafAssignment::gateway);
            }
            Sql.update(
                    c,
                    ASSIGN,
                    hub,
                    leaf.text(),
                    gateway.text(),
                    generationId,
                    now,
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
            return Optional.empty();
        });
    }

    boolean remove(DeviceId leaf) {
        return database.transaction(
                        c -> Sql.update(c, "DELETE FROM tokens_leaf WHERE hub = ? AND leaf = ?", hub, leaf.text()))
                > 0;
    }

    List<LeafAssignment> listAfter(String after, int most) {
        return database.read(c -> Sql.all(
                c,
                "SELECT * FROM tokens_leaf WHERE hub = ? AND leaf > ? ORDER BY leaf LIMIT ?",
                LeafLedger::assignment,
                hub,
                after,
                Math.clamp(most, 1, LARGEST_PAGE)));
    }

    void granted(DeviceId leaf, Instant now, Instant expires) {
        database.transaction(c -> Sql.update(
                c,
                "UPDATE tokens_leaf SET issued = issued + 1, last_issued = ?, last_expires = ? WHERE hub = ? AND leaf = ?",
                now,
                expires,
                hub,
                leaf.text()));
    }

    void refused(DeviceId leaf, Refusal reason, Instant now) {
        database.transaction(c -> Sql.update(
                c,
                "UPDATE tokens_leaf SET refusal = ?, refused = ? WHERE hub = ? AND leaf = ?",
                reason.wireName(),
                now,
                hub,
                leaf.text()));
    }

    private static LeafAssignment assignment(Row row) throws SQLException {
        return new LeafAssignment(
                DeviceId.of(row.text("leaf")),
                DeviceId.of(row.text("gateway")),
                row.text("generation"),
                row.instant("assigned"),
                row.number("issued"),
                row.optionalInstant("last_issued"),
                row.optionalInstant("last_expires"),
                row.optionalText("refusal").flatMap(LeafLedger::refusal),
                row.optionalInstant("refused"));
    }

    private static Optional<Refusal> refusal(String wireName) {
        return Arrays.stream(Refusal.values())
                .filter(reason -> reason.wireName().equals(wireName))
                .findFirst();
    }
}
