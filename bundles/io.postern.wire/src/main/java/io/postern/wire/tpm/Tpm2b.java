// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.tpm;

import io.postern.wire.Bytes;

/** The TPM2B frame: a 16-bit big-endian length before the content (TPM 2.0 Part 2, 10.4). */
public final class Tpm2b {
    private Tpm2b() {}

    /** @throws IllegalArgumentException when {@code content} is longer than 65535 octets */
    public static Bytes of(Bytes content) {
        int length = content.length();
        if (length > 0xFFFF) {
            throw new IllegalArgumentException("a TPM2B holds at most 65535 bytes, not " + length);
        }
        return Bytes.concat(Bytes.of((byte) (length >> 8), (byte) length), content);
    }
}
