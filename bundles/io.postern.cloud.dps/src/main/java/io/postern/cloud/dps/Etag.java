// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.Secret;
import java.util.random.RandomGenerator;

/** Marks one state of an entry; nothing can be read from it but equality. */
final class Etag {
    private static final int OCTETS = 9; // 12 characters of base64 without padding

    private Etag() {}

    static String fresh(RandomGenerator random) {
        return Secret.random(OCTETS, random).revealBase64();
    }
}
