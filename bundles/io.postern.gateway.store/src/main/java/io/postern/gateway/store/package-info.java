// SPDX-License-Identifier: Apache-2.0
/**
 * The gateway's outbox and state in one SQLite file that survives a power cut. One thread writes, in groups; nothing
 * else in the gateway knows SQLite.
 */
@NullMarked
package io.postern.gateway.store;

import org.jspecify.annotations.NullMarked;
