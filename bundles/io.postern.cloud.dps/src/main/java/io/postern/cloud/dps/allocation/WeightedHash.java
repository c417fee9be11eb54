// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.allocation;

import io.postern.wire.HubName;
import io.postern.wire.RegistrationId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.List;

/**
 * Weighted rendezvous hashing: each hub gets its weight's share of the devices, a device meets the same hub again, and
 * a hub that comes or goes moves no devices but its own.
 */
final class WeightedHash {
    private static final double RESOLUTION = 0x1p-52; // 52 bits and a half stay below 1 in a double

    private WeightedHash() {}

    /** @param hubs at least one */
    static HubName choose(RegistrationId device, List<Candidate> hubs) {
        return hubs.stream()
                .max(Comparator.<Candidate>comparingDouble(hub -> score(device, hub))
                        .thenComparing(hub -> hub.name().text()))
                .orElseThrow()
                .name();
    }

    /** With u evenly in (0, 1), the hub with the largest -w / ln(u) wins with probability w / sum of all w. */
    private static double score(RegistrationId device, Candidate hub) {
        return -hub.weight() / Math.log(even(hub.name() + "\n" + device));
    }

    private static double even(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ((ByteBuffer.wrap(hash).getLong() >>> 12) + 0.5) * RESOLUTION;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}
