// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import java.time.Instant;

/**
 * An enrollment as the list holds it.
 *
 * @param etag changes with every update by an operator, not when a device binds its storage root key
 */
public record StoredEnrollment(IndividualEnrollment enrollment, String etag, Instant created, Instant lastUpdated) {}
