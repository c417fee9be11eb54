// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Which tokens for one device alone do not count any more although they have not expired (SYS-09): those of a policy that
 * end no later than the device's barrier, and all of them while the device is closed. A token says when it ends and not
 * when it was made, so what is issued anew must end later than the barrier.
 *
 * <p>Tokens for more than one device and those a device signed with its own key are not meant: the first end with the
 * policy's key, the second with the device's. A barrier outlives the device, so that a name that is used again revives
 * no token; being closed does not.
 *
 * <p>When a change returns, it is durable and sessions that stood on such a token have ended.
 */
public final class RevocationBarriers {
    private static final List<String> STEPS = List.of("""
            CREATE TABLE hub_barrier(
              device TEXT PRIMARY KEY, until INTEGER NOT NULL, closed TEXT, reason TEXT, actor TEXT, since INTEGER NOT NULL);
            """);

    private final Database database;
    private final InstantSource clock;
    private final List<Consumer<DeviceId>> listeners = new CopyOnWriteArrayList<>();

    RevocationBarriers(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        database.migrate("hub_barrier", STEPS);
    }

    /**
     * What stands in the way of a device's tokens.
     *
     * @param until tokens that end then or before count no more
     * @param closed the generation of the device whose tokens count no more at all
     * @param reason why, and by whom; of the last change
     */
    public record Barrier(Instant until, Optional<String> closed, Optional<String> reason, Optional<String> who) {
        /** Whether the device of this generation is closed to all such tokens. */
        public boolean closes(String generationId) {
            return closed.filter(generationId::equals).isPresent();
        }
    }

    /** What is to become of the tokens of one device. */
    public sealed interface Order {
        DeviceId device();

        /** Tokens that end then or before count no more. */
        Instant until();

        /** What was issued so far counts no more; what is issued from now on does. */
        record Raise(DeviceId device, Instant until) implements Order {}

        /** None counts until the device is opened again. */
        record Close(DeviceId device, Instant until, String reason, String who) implements Order {}

        /** New ones count again. */
        record Open(DeviceId device, Instant until) implements Order {}
    }

    public Optional<Barrier> find(DeviceId device) {
        return database.read(c -> find(c, device));
    }

    /** Carries out all orders, or none; each may be repeated. No barrier is ever lowered. */
    public void carryOut(List<Order> orders) {
        database.transaction(c -> {
            forget(c);
            for (Order order : orders) {
                carryOut(c, order);
            }
            return orders.size();
        });
        orders.forEach(order -> listeners.forEach(listener -> listener.accept(order.device())));
    }

    /** Told of devices whose barrier has changed, after the commit; must be quick and must not throw. */
    void onChange(Consumer<DeviceId> listener) {
        listeners.add(listener);
    }

    /** Whether a policy's token for this device alone that ends at {@code expiry} counts no more. */
    boolean bars(DeviceIdentity identity, Instant expiry) {
        return find(identity.deviceId())
                .filter(barrier -> barrier.closes(identity.generationId()) || !expiry.isAfter(barrier.until()))
                .isPresent();
    }

    private void carryOut(Connection c, Order order) throws SQLException {
        Optional<Barrier> before = find(c, order.device());
        Instant until =
                before.map(Barrier::until).filter(order.until()::isBefore).orElse(order.until());
        switch (order) {
            case Order.Raise _ ->
                write(
                        c,
                        order.device(),
                        new Barrier(
                                until,
                                before.flatMap(Barrier::closed),
                                before.flatMap(Barrier::reason),
                                before.flatMap(Barrier::who)));
            case Order.Close(var device, var _, String reason, String who) ->
                write(c, device, new Barrier(until, generation(c, device), Optional.of(reason), Optional.of(who)));
            case Order.Open(var device, var _) ->
                write(c, device, new Barrier(until, Optional.empty(), Optional.empty(), Optional.empty()));
        }
    }

    private void write(Connection c, DeviceId device, Barrier barrier) throws SQLException {
        Sql.update(
                c,
                "INSERT INTO hub_barrier(device, until, closed, reason, actor, since) VALUES(?, ?, ?, ?, ?, ?)"
                        + " ON CONFLICT(device) DO UPDATE SET until = excluded.until, closed = excluded.closed,"
                        + " reason = excluded.reason, actor = excluded.actor, since = excluded.since",
                device.text(),
                barrier.until(),
                barrier.closed(),
                barrier.reason(),
                barrier.who(),
                clock.instant());
    }

    /** Rows that bar nothing any more: their tokens have expired, and the device is open or gone. */
    private void forget(Connection c) throws SQLException {
        Sql.update(
                c,
                "DELETE FROM hub_barrier WHERE until <= ? AND (closed IS NULL OR NOT EXISTS (SELECT 1 FROM hub_device d"
                        + " WHERE d.device = hub_barrier.device AND d.generation = hub_barrier.closed))",
                clock.instant());
    }

    private static Optional<String> generation(Connection c, DeviceId device) throws SQLException {
        return Sql.first(
                c, "SELECT generation FROM hub_device WHERE device = ?", row -> row.text("generation"), device.text());
    }

    private static Optional<Barrier> find(Connection c, DeviceId device) throws SQLException {
        return Sql.first(c, "SELECT * FROM hub_barrier WHERE device = ?", RevocationBarriers::barrier, device.text());
    }

    private static Barrier barrier(Row row) throws SQLException {
        return new Barrier(
                row.instant("until"),
                row.optionalText("closed"),
                row.optionalText("reason"),
                row.optionalText("actor"));
    }
}
