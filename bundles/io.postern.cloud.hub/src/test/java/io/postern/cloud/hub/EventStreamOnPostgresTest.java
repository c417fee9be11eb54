// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.store.OnPostgres;

/** The same with PostgreSQL below. */
@OnPostgres
class EventStreamOnPostgresTest extends EventStreamTest {}
