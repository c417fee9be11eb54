// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.wire.IdScope;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;

/** Counts the operations of one tenant since it was made (DPS-27). */
public final class OperationsMeter {
    private final Database database;
    private final IdScope scope;

    public OperationsMeter(Database database, IdScope scope) {
        this.database = database;
        this.scope = scope;
    }

    /** Every operation with its count, those that never happened with zero. */
    public Map<Operation, Long> counts() {
        return database.read(c -> {
            Map<Operation, Long> counts = new EnumMap<>(Operation.class);
            for (Operation operation : Operation.values()) {
                counts.put(
                        operation,
                        Sql.first(
                                        c,
                                        "SELECT count FROM dps_operation_count WHERE scope = ? AND operation = ?",
                                        row -> row.number("count"),
                                        scope.text(),
                                        operation.text())
                                .orElse(0L));
            }
            return counts;
        });
    }

    /** Counts inside the transaction of the instruction itself: both are kept or neither. */
    static void count(Connection connection, IdScope scope, Operation operation) throws SQLException {
        Sql.update(
                connection,
                "INSERT INTO dps_operation_count(scope, operation, count) VALUES(?, ?, 1)"
                        + " ON CONFLICT(scope, operation) DO UPDATE SET count = dps_operation_count.count + 1",
                scope.text(),
                operation.text());
    }
}
