// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.store.OnPostgres;

/** The same with PostgreSQL below. */
@OnPostgres
class TokenServiceOnPostgresTest extends TokenServiceTest {}
