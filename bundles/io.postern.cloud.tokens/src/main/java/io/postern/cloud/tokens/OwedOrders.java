// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.RevocationBarriers.Order;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the hub has still to be told: written down with the decision, crossed out when the hub has done it, so that neither
 * a crash nor a hub that is away loses a revocation. One a leaf: a later one takes the place of the earlier.
 */
final class OwedOrders {
    static final String TABLE = """
            CREATE TABLE tokens_owed(
              hub TEXT NOT NULL, leaf TEXT NOT NULL, act TEXT NOT NULL, until INTEGER NOT NULL, reason TEXT, actor TEXT,
              PRIMARY KEY (hub, leaf));
            """;
    static final int MOST = 500; // at once: one commit of some 50 ms in our hub

    private static final String RAISE = "raise";
    private static final String CLOSE = "close";
    private static final String OPEN = "open";

    private final String hub;

    OwedOrders(String hub) {
        this.hub = hub;
    }

    void add(Connection c, Order order) throws SQLException {
        Optional<Order> before = of(c, order.device());
        Instant until = before.map(Order::until).filter(order.until()::isBefore).orElse(order.until());
        write(
                c,
                switch (order) {
                    case Order.Raise raise -> raised(before, raise, until);
                    case Order.Close(var leaf, var _, String reason, String who) ->
                        new Order.Close(leaf, until, reason, who);
                    case Order.Open(var leaf, var _) -> new Order.Open(leaf, until);
                });
    }

    /** What was to be closed or opened still is. */
    private static Order raised(Optional<Order> before, Order.Raise raise, Instant until) {
        return switch (before.orElse(raise)) {
            case Order.Raise(var leaf, var _) -> new Order.Raise(leaf, until);
            case Order.Close(var leaf, var _, String reason, String who) -> new Order.Close(leaf, until, reason, who);
            case Order.Open(var leaf, var _) -> new Order.Open(leaf, until);
        };
    }

    List<Order> some(Connection c) throws SQLException {
        return Sql.all(
                c, "SELECT * FROM tokens_owed WHERE hub = ? ORDER BY leaf LIMIT ?", OwedOrders::order, hub, MOST);
    }

    Optional<Order> of(Connection c, DeviceId leaf) throws SQLException {
        return Sql.first(
                c, "SELECT * FROM tokens_owed WHERE hub = ? AND leaf = ?", OwedOrders::order, hub, leaf.text());
    }

    /** Unless something else was ordered meanwhile. */
    void crossOut(Connection c, Order done) throws SQLException {
        Sql.update(
                c,
                "DELETE FROM tokens_owed WHERE hub = ? AND leaf = ? AND act = ? AND until = ?",
                hub,
                done.device().text(),
                act(done),
                done.until());
    }

    private void write(Connection c, Order order) throws SQLException {
        Optional<Order.Close> closing = order instanceof Order.Close close ? Optional.of(close) : Optional.empty();
        Sql.update(
                c,
                "INSERT INTO tokens_owed(hub, leaf, act, until, reason, actor) VALUES(?, ?, ?, ?, ?, ?)"
                        + " ON CONFLICT(hub, leaf) DO UPDATE SET act = excluded.act, until = excluded.until,"
                        + " reason = excluded.reason, actor = excluded.actor",
                hub,
                order.device().text(),
                act(order),
                order.until(),
                closing.map(Order.Close::reason),
                closing.map(Order.Close::who));
    }

    private static String act(Order order) {
        return switch (order) {
            case Order.Raise _ -> RAISE;
            case Order.Close _ -> CLOSE;
            case Order.Open _ -> OPEN;
        };
    }

    private static Order order(Row row) throws SQLException {
        DeviceId leaf = DeviceId.of(row.text("leaf"));
        Instant until = row.instant("until");
        return switch (row.text("act")) {
            case CLOSE -> new Order.Close(leaf, until, row.text("reason"), row.text("actor"));
            case OPEN -> new Order.Open(leaf, until);
            default -> new Order.Raise(leaf, until);
        };
    }
}
