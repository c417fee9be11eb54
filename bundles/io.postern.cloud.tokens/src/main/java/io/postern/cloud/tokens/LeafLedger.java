// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.RevocationBarriers.Order;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.cloud.tokens.DeviceDirectory.Entry;
import io.postern.cloud.tokens.LeafHistory.Event;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Which gateway speaks for which leaf, what it has had, what was revoked, and what the hub has still to be told of it. */
final class LeafLedger {
    private static final int LARGEST_PAGE = 1_000; // the same as the registry's
    private static final int LONGEST_TEXT = 500; // a refusal's: names of 128 characters with words between

    private static final List<String> STEPS = List.of("""
            CREATE TABLE tokens_leaf(
              hub TEXT NOT NULL, leaf TEXT NOT NULL, gateway TEXT NOT NULL, generation TEXT NOT NULL, assigned INTEGER NOT NULL,
              issued INTEGER NOT NULL, last_issued INTEGER, last_expires INTEGER, refusal TEXT, refused INTEGER,
              PRIMARY KEY (hub, leaf));
            """, """
            ALTER TABLE tokens_leaf ADD COLUMN former TEXT;
            ALTER TABLE tokens_leaf ADD COLUMN newer_than INTEGER;
            ALTER TABLE tokens_leaf ADD COLUMN refusal_text TEXT;
            ALTER TABLE tokens_leaf ADD COLUMN revoked INTEGER;
            ALTER TABLE tokens_leaf ADD COLUMN revoked_reason TEXT;
            ALTER TABLE tokens_leaf ADD COLUMN revoked_by TEXT;
            CREATE INDEX tokens_leaf_gateway ON tokens_leaf(hub, gateway);
            """ + LeafHistory.TABLE + OwedOrders.TABLE);

    private static final String FIND = "SELECT * FROM tokens_leaf WHERE hub = ? AND leaf = ?";

    private final Database database;
    private final String hub;
    private final LeafHistory history;
    private final OwedOrders owed;

    /** The part of the ledger that is about the leaves of {@code hub}. */
    LeafLedger(Database database, HubName hub) {
        this.database = database;
        this.hub = hub.text();
        this.history = new LeafHistory(this.hub);
        this.owed = new OwedOrders(this.hub);
        database.migrate("tokens", STEPS);
    }

    Optional<LeafAssignment> find(DeviceId leaf) {
        return database.read(c -> find(c, leaf));
    }

    /** How many there are that connect: leaves, and gateways that speak for them. */
    long identities() {
        return database.read(c -> Sql.first(
                        c,
                        "SELECT count(*) + count(DISTINCT gateway) AS identities FROM tokens_leaf WHERE hub = ?",
                        row -> row.number("identities"),
                        hub)
                .orElse(0L));
    }

    /** Newest first. */
    List<LeafHistory.Entry> history(DeviceId leaf) {
        return database.read(c -> history.of(c, leaf));
    }

    /**
     * Assigns {@code leaf} unless another gateway holds it and {@code handover} was not asked for. What the former gateway
     * has had of it counts no more, once the hub is told.
     *
     * @return the gateway that keeps it; empty when it was assigned
     */
    Optional<DeviceId> assign(DeviceId leaf, DeviceId gateway, String generation, Wish wish) {
        return database.transaction(c -> {
            Optional<LeafAssignment> alive =
                    find(c, leaf).filter(held -> held.generationId().equals(generation));
            if (alive.isEmpty()) { // an assignment of a device that is gone holds nothing
                replace(c, leaf, gateway, generation, wish.at());
                history.add(c, leaf, Event.ASSIGNED, gateway, wish.who(), "", wish.at());
                return Optional.empty();
            }
            DeviceId holder = alive.get().gateway();
            if (holder.equals(gateway)) {
                return Optional.empty(); // nothing changes, its counts go on
            }
            if (!wish.handover()) {
                return Optional.of(holder);
            }
            handOver(c, alive.get(), gateway, wish);
            return Optional.empty();
        });
    }

    /**
     * Who wants a leaf assigned.
     *
     * @param handover whether it may be taken from another gateway
     */
    record Wish(boolean handover, String who, Instant at) {}

    private void replace(Connection c, DeviceId leaf, DeviceId gateway, String generation, Instant now)
            throws SQLException {
        Sql.update(c, "DELETE FROM tokens_leaf WHERE hub = ? AND leaf = ?", hub, leaf.text());
        Sql.update(
                c,
                "INSERT INTO tokens_leaf(hub, leaf, gateway, generation, assigned, issued) VALUES(?, ?, ?, ?, ?, 0)",
                hub,
                leaf.text(),
                gateway.text(),
                generation,
                now);
    }

    private void handOver(Connection c, LeafAssignment held, DeviceId gateway, Wish wish) throws SQLException {
        Sql.update(
                c,
                "UPDATE tokens_leaf SET gateway = ?, former = ?, assigned = ?, issued = 0, last_issued = NULL,"
                        + " newer_than = coalesce(last_expires, newer_than), last_expires = NULL, refusal = NULL,"
                        + " refusal_text = NULL, refused = NULL WHERE hub = ? AND leaf = ?",
                gateway.text(),
                held.gateway().text(),
                wish.at(),
                hub,
                held.leaf().text());
        oweRaise(c, held);
        history.add(c, held.leaf(), Event.HANDED_OVER, gateway, wish.who(), "taken from " + held.gateway(), wish.at());
    }

    /** Takes the leaf from its gateway; what that has had of it counts no more, once the hub is told. */
    boolean remove(DeviceId leaf) {
        return database.transaction(c -> {
            Optional<LeafAssignment> held = find(c, leaf);
            if (held.isPresent()) {
                oweRaise(c, held.get());
                history.forget(c, leaf);
                Sql.update(c, "DELETE FROM tokens_leaf WHERE hub = ? AND leaf = ?", hub, leaf.text());
            }
            return held.isPresent();
        });
    }

    /** The device is gone: no token of it must fit another one of its name. */
    void deleted(DeviceId leaf) {
        database.transaction(c -> {
            Optional<LeafAssignment> held = find(c, leaf);
            if (held.isPresent()) {
                oweRaise(c, held.get());
            }
            return held;
        });
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

    List<DeviceId> leavesOf(DeviceId gateway) {
        return database.read(c -> Sql.all(
                c,
                "SELECT leaf FROM tokens_leaf WHERE hub = ? AND gateway = ? ORDER BY leaf",
                row -> DeviceId.of(row.text("leaf")),
                hub,
                gateway.text()));
    }

    /**
     * Writes down a token before it is signed, so that none is out that a revocation does not know of.
     *
     * @return when it ends, in whole seconds; empty when the leaf was revoked or changed hands this moment
     */
    Optional<Instant> granted(Entry leaf, DeviceId gateway, Instant now, Duration life) {
        DeviceId id = leaf.deviceId();
        return database.transaction(c -> {
            boolean stands = find(c, id)
                    .filter(held -> held.gateway().equals(gateway)
                            && held.generationId().equals(leaf.generationId())
                            && held.revocation().isEmpty())
                    .isPresent();
            if (!stands) {
                return Optional.empty();
            }
            Instant expires = later(
                            now.plus(life),
                            later(leaf.newerThan(), newerThan(c, id)).plusSeconds(1))
                    .truncatedTo(ChronoUnit.SECONDS); // what a token can say
            Sql.update(
                    c,
                    "UPDATE tokens_leaf SET issued = issued + 1, last_issued = ?, last_expires = ?"
                            + " WHERE hub = ? AND leaf = ?",
                    now,
                    expires,
                    hub,
                    id.text());
            history.add(c, id, Event.ISSUED, gateway, "", "", now);
            return Optional.of(expires);
        });
    }

    void refused(DeviceId leaf, DeviceId gateway, Refusal reason, String text, Instant now) {
        String kept = text.substring(0, Math.min(text.length(), LONGEST_TEXT));
        database.transaction(c -> {
            int known = Sql.update(
                    c,
                    "UPDATE tokens_leaf SET refusal = ?, refusal_text = ?, refused = ? WHERE hub = ? AND leaf = ?",
                    reason.wireName(),
                    kept,
                    now,
                    hub,
                    leaf.text());
            if (known > 0) {
                history.add(c, leaf, Event.REFUSED, gateway, "", reason.wireName(), now);
            }
            return known;
        });
    }

    /** From now on these get no token, and those they had count no more once the hub is told. */
    void revoke(List<DeviceId> leaves, String reason, String who, Instant now) {
        database.transaction(c -> {
            for (DeviceId leaf : leaves) {
                Optional<LeafAssignment> held = find(c, leaf);
                if (held.isPresent()) {
                    revoke(c, held.get(), reason, who, now);
                }
            }
            return leaves.size();
        });
    }

    private void revoke(Connection c, LeafAssignment held, String reason, String who, Instant now) throws SQLException {
        Sql.update(
                c,
                "UPDATE tokens_leaf SET revoked = ?, revoked_reason = ?, revoked_by = ?,"
                        + " newer_than = coalesce(last_expires, newer_than) WHERE hub = ? AND leaf = ?",
                now,
                reason,
                who,
                hub,
                held.leaf().text());
        owed.add(c, new Order.Close(held.leaf(), latest(c, held), reason, who));
        history.add(c, held.leaf(), Event.REVOKED, held.gateway(), who, reason, now);
    }

    /** New tokens may be had again. */
    void grant(LeafAssignment held, String who, Instant now) {
        database.transaction(c -> {
            Sql.update(
                    c,
                    "UPDATE tokens_leaf SET revoked = NULL, revoked_reason = NULL, revoked_by = NULL"
                            + " WHERE hub = ? AND leaf = ?",
                    hub,
                    held.leaf().text());
            owed.add(c, new Order.Open(held.leaf(), latest(c, held)));
            history.add(c, held.leaf(), Event.GRANTED, held.gateway(), who, "", now);
            return held;
        });
    }

    /** Some of what the hub has still to be told. */
    List<Order> owed() {
        return database.read(owed::some);
    }

    boolean isOwed(DeviceId leaf) {
        return database.read(c -> owed.of(c, leaf)).isPresent();
    }

    void crossOut(List<Order> done) {
        database.transaction(c -> {
            for (Order order : done) {
                owed.crossOut(c, order);
            }
            return done.size();
        });
    }

    private void oweRaise(Connection c, LeafAssignment held) throws SQLException {
        if (held.lastExpires().isPresent()) {
            owed.add(c, new Order.Raise(held.leaf(), held.lastExpires().get()));
        }
    }

    /** The end of the last token that anybody has had for the leaf. */
    private Instant latest(Connection c, LeafAssignment held) throws SQLException {
        return later(held.lastExpires().orElse(Instant.EPOCH), newerThan(c, held.leaf()));
    }

    private Instant newerThan(Connection c, DeviceId leaf) throws SQLException {
        return Sql.first(c, FIND, row -> row.optionalInstant("newer_than"), hub, leaf.text())
                .flatMap(at -> at)
                .orElse(Instant.EPOCH);
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private Optional<LeafAssignment> find(Connection c, DeviceId leaf) throws SQLException {
        return Sql.first(c, FIND, LeafLedger::assignment, hub, leaf.text());
    }

    private static LeafAssignment assignment(Row row) throws SQLException {
        Optional<Instant> refused = row.optionalInstant("refused");
        Optional<Instant> revoked = row.optionalInstant("revoked");
        Optional<Refusal> refusal = row.optionalText("refusal").flatMap(LeafLedger::refusal);
        String refusalText = row.optionalText("refusal_text").orElse("");
        String revokedReason = row.optionalText("revoked_reason").orElse("");
        String revokedBy = row.optionalText("revoked_by").orElse("");
        return new LeafAssignment(
                DeviceId.of(row.text("leaf")),
                DeviceId.of(row.text("gateway")),
                row.text("generation"),
                row.instant("assigned"),
                row.optionalText("former").map(DeviceId::of),
                row.number("issued"),
                row.optionalInstant("last_issued"),
                row.optionalInstant("last_expires"),
                refusal.flatMap(reason -> refused.map(at -> new LeafAssignment.Refused(reason, refusalText, at))),
                revoked.map(at -> new LeafAssignment.Revocation(revokedReason, revokedBy, at)));
    }

    private static Optional<Refusal> refusal(String wireName) {
        return Arrays.stream(Refusal.values())
                .filter(reason -> reason.wireName().equals(wireName))
                .findFirst();
    }
}
