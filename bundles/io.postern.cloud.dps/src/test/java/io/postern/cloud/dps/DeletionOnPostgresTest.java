// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.store.OnPostgres;

/** The same with PostgreSQL below. */
@OnPostgres
class DeletionOnPostgresTest extends DeletionTest {}
