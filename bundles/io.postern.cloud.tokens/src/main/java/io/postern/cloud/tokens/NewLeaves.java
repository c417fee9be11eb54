// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.cloud.tokens.TokenDecision.Refused;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The leaves that gateways asked for and that the hub does not know: who may bring one along, and which of them wait for
 * an operator.
 *
 * <p>Bounds: a gateway has at most {@value #MOST_WAITING} leaves waiting or refused, which is what one gateway may have at
 * all; what was not asked for in {@value #KEPT_DAYS} days is forgotten.
 */
final class NewLeaves {
    static final int MOST_WAITING = 1_000;
    private static final int KEPT_DAYS = 7;
    private static final int LARGEST_PAGE = 1_000;
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30); // an approved leaf speaks within that

    private static final List<String> STEPS = List.of("""
            CREATE TABLE tokens_new_leaf(
              hub TEXT NOT NULL, leaf TEXT NOT NULL, gateway TEXT NOT NULL, state TEXT NOT NULL, asked INTEGER NOT NULL,
              last INTEGER NOT NULL, times INTEGER NOT NULL, reason TEXT, actor TEXT, PRIMARY KEY (hub, leaf));
            CREATE INDEX tokens_new_leaf_gateway ON tokens_new_leaf(hub, gateway, state);
            """);

    /** What became of a request. */
    enum State {
        WAITING,
        REFUSED,
        /** It was made; counts against what the gateway may bring along in a day. */
        MADE
    }

    /**
     * A leaf that a gateway asked for.
     *
     * @param times how often, from {@code asked} to {@code last}
     * @param reason an operator's words with a refusal
     */
    public record Wanted(
            DeviceId leaf, DeviceId gateway, State state, Instant asked, Instant last, long times, String reason) {
        JsonObject toJson() {
            return Json.object()
                    .add("leaf", leaf.text())
                    .add("gateway", gateway.text())
                    .add("state", state.name().toLowerCase(Locale.ROOT))
                    .add("asked", asked.toString())
                    .add("last", last.toString())
                    .add("times", times)
                    .add("reason", reason)
                    .build();
        }
    }

    private final Database database;
    private final String hub;
    private final NewLeafPolicy policy;

    NewLeaves(Database database, HubName hub, NewLeafPolicy policy) {
        this.database = database;
        this.hub = hub.text();
        this.policy = policy;
        database.migrate("tokens_new_leaf", STEPS);
    }

    /** @return why {@code gateway} may not have a leaf of that name made now; empty when it may, and is counted */
    Optional<Refused> ask(DeviceId leaf, DeviceId gateway, Instant now) {
        if (policy.mode() == NewLeafPolicy.Mode.OFF) {
            return Optional.of(new Refused(Refusal.UNKNOWN_LEAF, "there is no device " + leaf));
        }
        if (!policy.allows(gateway, leaf)) {
            return Optional.of(new Refused(
                    Refusal.NAME_NOT_ALLOWED,
                    "there is no device " + leaf + ", and gateway " + gateway
                            + " may not bring one of that name along (newLeafNames of the token service)"));
        }
        return database.transaction(c -> {
            forget(c, now);
            return policy.mode() == NewLeafPolicy.Mode.ON ? make(c, leaf, gateway, now) : wait(c, leaf, gateway, now);
        });
    }

    /** The leaf could not be made after all. */
    void takeBack(DeviceId leaf) {
        database.transaction(c -> delete(c, leaf, State.MADE));
    }

    /** In the order of the leaves' names, without those that were made. */
    List<Wanted> listAfter(String after, int most) {
        return database.read(c -> Sql.all(
                c,
                "SELECT * FROM tokens_new_leaf WHERE hub = ? AND leaf > ? AND state <> ? ORDER BY leaf LIMIT ?",
                NewLeaves::wanted,
                hub,
                after,
                State.MADE.name(),
                Math.clamp(most, 1, LARGEST_PAGE)));
    }

    Optional<Wanted> find(DeviceId leaf) {
        return database.read(c -> find(c, leaf)).filter(wanted -> wanted.state() != State.MADE);
    }

    /** An operator has made it. */
    void approved(DeviceId leaf) {
        database.transaction(c -> delete(c, leaf, State.WAITING) + delete(c, leaf, State.REFUSED));
    }

    /** @return whether it was asked for */
    boolean refuse(DeviceId leaf, String reason, String who) {
        return database.transaction(c -> Sql.update(
                        c,
                        "UPDATE tokens_new_leaf SET state = ?, reason = ?, actor = ? WHERE hub = ? AND leaf = ? AND state <> ?",
                        State.REFUSED.name(),
                        reason,
                        who,
                        hub,
                        leaf.text(),
                        State.MADE.name()))
                > 0;
    }

    private Optional<Refused> make(Connection c, DeviceId leaf, DeviceId gateway, Instant now) throws SQLException {
        if (count(c, gateway, State.MADE.name()) >= policy.perDay()) {
            return Optional.of(new Refused(
                    Refusal.TOO_MANY_NEW_LEAVES,
                    "gateway " + gateway + " has brought along " + policy.perDay() + " new leaves within a day",
                    Optional.of(Duration.ofHours(1))));
        }
        write(c, leaf, gateway, State.MADE, now);
        return Optional.empty();
    }

    private Optional<Refused> wait(Connection c, DeviceId leaf, DeviceId gateway, Instant now) throws SQLException {
        Optional<Wanted> before = find(c, leaf);
        if (before.isPresent() && before.get().state() != State.MADE) {
            Sql.update(
                    c,
                    "UPDATE tokens_new_leaf SET last = ?, times = times + 1 WHERE hub = ? AND leaf = ? AND gateway = ?",
                    now,
                    hub,
                    leaf.text(),
                    gateway.text());
            return Optional.of(answer(before.get(), gateway));
        }
        if (count(c, gateway, State.WAITING.name()) + count(c, gateway, State.REFUSED.name()) >= MOST_WAITING) {
            return Optional.of(new Refused(
                    Refusal.TOO_MANY_NEW_LEAVES,
                    "gateway " + gateway + " has " + MOST_WAITING + " leaves waiting for an operator already",
                    Optional.of(Duration.ofHours(1))));
        }
        write(c, leaf, gateway, State.WAITING, now);
        return Optional.of(waiting(leaf));
    }

    private static Refused answer(Wanted before, DeviceId gateway) {
        if (!before.gateway().equals(gateway)) {
            return new Refused(
                    Refusal.NOT_ASSIGNED, "leaf " + before.leaf() + " was asked for by another gateway first");
        }
        return before.state() == State.WAITING
                ? waiting(before.leaf())
                : new Refused(
                        Refusal.NOT_APPROVED,
                        "an operator refused to have leaf " + before.leaf() + " made: " + before.reason());
    }

    private static Refused waiting(DeviceId leaf) {
        return new Refused(
                Refusal.WAITING_FOR_APPROVAL,
                "leaf " + leaf + " waits for an operator's approval: postern ctl leaves approve " + leaf,
                Optional.of(LOOK_AGAIN));
    }

    private void write(Connection c, DeviceId leaf, DeviceId gateway, State state, Instant now) throws SQLException {
        Sql.update(
                c,
                "INSERT INTO tokens_new_leaf(hub, leaf, gateway, state, asked, last, times) VALUES(?, ?, ?, ?, ?, ?, 1)"
                        + " ON CONFLICT(hub, leaf) DO UPDATE SET gateway = excluded.gateway, state = excluded.state,"
                        + " asked = excluded.asked, last = excluded.last, times = 1, reason = NULL, actor = NULL",
                hub,
                leaf.text(),
                gateway.text(),
                state.name(),
                now,
                now);
    }

    private int delete(Connection c, DeviceId leaf, State state) throws SQLException {
        return Sql.update(
                c,
                "DELETE FROM tokens_new_leaf WHERE hub = ? AND leaf = ? AND state = ?",
                hub,
                leaf.text(),
                state.name());
    }

    private void forget(Connection c, Instant now) throws SQLException {
        Sql.update(
                c,
                "DELETE FROM tokens_new_leaf WHERE hub = ? AND (last < ? OR (state = ? AND last < ?))",
                hub,
                now.minus(Duration.ofDays(KEPT_DAYS)),
                State.MADE.name(),
                now.minus(DAY));
    }

    private long count(Connection c, DeviceId gateway, String state) throws SQLException {
        return Sql.first(
                        c,
                        "SELECT count(*) AS held FROM tokens_new_leaf WHERE hub = ? AND gateway = ? AND state = ?",
                        row -> row.number("held"),
                        hub,
                        gateway.text(),
                        state)
                .orElse(0L);
    }

    private Optional<Wanted> find(Connection c, DeviceId leaf) throws SQLException {
        return Sql.first(
                c, "SELECT * FROM tokens_new_leaf WHERE hub = ? AND leaf = ?", NewLeaves::wanted, hub, leaf.text());
    }

    private static Wanted wanted(Row row) throws SQLException {
        return new Wanted(
                DeviceId.of(row.text("leaf")),
                DeviceId.of(row.text("gateway")),
                State.valueOf(row.text("state")),
                row.instant("asked"),
                row.instant("last"),
                row.number("times"),
                row.optionalText("reason").orElse(""));
    }
}
