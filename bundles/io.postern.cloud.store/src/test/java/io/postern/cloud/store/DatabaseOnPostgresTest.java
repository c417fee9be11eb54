// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

/** The same of a schema of PostgreSQL. */
@OnPostgres
class DatabaseOnPostgresTest extends DatabaseTest {}
