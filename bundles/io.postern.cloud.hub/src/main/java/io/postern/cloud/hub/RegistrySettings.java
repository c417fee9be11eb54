// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import java.util.List;

/**
 * What an operator sets of a hub's registry.
 *
 * @param blobOrigins where import and export jobs may read and write, as {@code https://account.blob.example}; none: there
 *     are no such jobs
 * @param operationsPerMinute how many requests to the registry are taken (spec: throttling limits of the hub)
 * @param createdPerDay beyond how many new devices in one day (UTC) the operator is alerted (ISS-10); 0: never
 */
public record RegistrySettings(List<String> blobOrigins, int operationsPerMinute, long createdPerDay) {
    /** A hundred a second: more than a person or a script does, and about half of what a small machine commits. */
    public static final int DEFAULT_OPERATIONS = 6_000;

    public static final RegistrySettings DEFAULT = new RegistrySettings(List.of(), DEFAULT_OPERATIONS, 0);

    public RegistrySettings {
        blobOrigins = List.copyOf(blobOrigins);
        if (operationsPerMinute < 1) {
            throw new IllegalArgumentException("registryOperations must be at least 1, it is " + operationsPerMinute);
        }
        if (createdPerDay < 0) {
            throw new IllegalArgumentException("createdPerDayAlert must not be negative, it is " + createdPerDay);
        }
    }
}
