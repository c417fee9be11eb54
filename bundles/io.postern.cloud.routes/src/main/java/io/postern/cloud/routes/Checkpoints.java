// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.wire.HubName;
import java.util.List;
import java.util.OptionalLong;

/** How far each route has come; what is behind its checkpoint was delivered or is among the dead letters. */
final class Checkpoints {
    private static final List<String> STEPS = List.of("""
            CREATE TABLE cloud_route(
              hub TEXT NOT NULL, name TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY(hub, name));
            """);

    private final Database database;

    Checkpoints(Database database) {
        this.database = database;
        database.migrate("routes", STEPS);
    }

    /** The sequence number of the last event the route is done with. */
    OptionalLong of(HubName hub, RouteName route) {
        return database.read(c -> Sql.first(
                        c,
                        "SELECT sequence FROM cloud_route WHERE hub = ? AND name = ?",
                        row -> row.number("sequence"),
                        hub.text(),
                        route.text()))
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    void set(HubName hub, RouteName route, long sequence) {
        database.transaction(c ->
                Sql.update(c, Sql.upsert("cloud_route", "hub, name", "sequence"), hub.text(), route.text(), sequence));
    }
}
