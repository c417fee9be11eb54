// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.Secret;
import java.util.random.RandomGenerator;

/**
 * The two keys of an identity or policy: either signs, so that one can be replaced while the other is in use.
 *
 * <p>A hub accepts keys of 16 to 64 octets.
 */
public record SymmetricKeys(Secret primary, Secret secondary) {
    private static final int LEAST = 16;
    private static final int MOST = 64;

    public SymmetricKeys {
        checkLength(primary);
        checkLength(secondary);
    }

    public static SymmetricKeys random(int length, RandomGenerator random) {
        return new SymmetricKeys(Secret.random(length, random), Secret.random(length, random));
    }

    private static void checkLength(Secret key) {
        if (key.length() < LEAST || key.length() > MOST) {
            throw new IllegalArgumentException(
                    "a symmetric key has " + LEAST + " to " + MOST + " octets, this one " + key.length());
        }
    }
}
