// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.cloud.store.OnPostgres;

/** The same with PostgreSQL below. */
@OnPostgres
class KeyListsOnPostgresTest extends KeyListsTest {}
