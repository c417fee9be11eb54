// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import java.sql.Connection;
import java.sql.SQLException;

/** A few statements that belong together. Must not keep the connection, nor commit or roll back itself. */
@FunctionalInterface
public interface SqlWork<T extends @org.jspecify.annotations.Nullable Object> {
    T run(Connection connection) throws SQLException;
}
