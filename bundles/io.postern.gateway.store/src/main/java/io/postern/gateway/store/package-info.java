// SPDX-License-Identifier: Apache-2.0
/**
 * The gateway's outbox and state in one append-only journal of preallocated segments that survives a power cut. One thread
 * writes, in groups; {@code Journal} says what is written, {@code Recovery} reads it at a start.
 */
@NullMarked
package io.postern.gateway.store;

import org.jspecify.annotations.NullMarked;
