// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import java.time.Instant;

/**
 * An enrollment group as the list holds it.
 *
 * @param etag changes with every update by an operator
 */
public record StoredGroup(EnrollmentGroup group, String etag, Instant created, Instant lastUpdated) {}
