// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Places where a device may still exist although it belongs elsewhere: written down before a move makes it twofold,
 * crossed out when the hub has forgotten it. A move that broke off is so cleaned up by the next registration.
 */
final class Leftovers {
    private final Database database;
    private final IdScope scope;

    Leftovers(Database database, IdScope scope) {
        this.database = database;
        this.scope = scope;
    }

    List<HubPlace> of(RegistrationId id) {
        return database.read(c -> Sql.all(
                c,
                "SELECT hub, device_id FROM dps_leftover WHERE scope = ? AND registration_id = ?",
                row -> new HubPlace(HubName.of(row.text("hub")), DeviceId.of(row.text("device_id"))),
                scope.text(),
                id.text()));
    }

    void add(RegistrationId id, HubPlace place) {
        database.transaction(c -> add(c, id, place));
    }

    int add(Connection c, RegistrationId id, HubPlace place) throws SQLException {
        return Sql.update(
                c,
                "INSERT INTO dps_leftover(scope, registration_id, hub, device_id) VALUES(?, ?, ?, ?)"
                        + " ON CONFLICT DO NOTHING",
                scope.text(),
                id.text(),
                place.hub().text(),
                place.device().text());
    }

    void cross(RegistrationId id, HubPlace place) {
        database.transaction(c -> cross(c, id, place));
    }

    int cross(Connection c, RegistrationId id, HubPlace place) throws SQLException {
        return Sql.update(
                c,
                "DELETE FROM dps_leftover WHERE scope = ? AND registration_id = ? AND hub = ? AND device_id = ?",
                scope.text(),
                id.text(),
                place.hub().text(),
                place.device().text());
    }
}
