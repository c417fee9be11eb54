// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.tpm;

import io.postern.wire.Bytes;

/** Walks big-endian TPM structures; every length is checked before it is used. */
final class TpmReader {
    private final Bytes from;
    private int at;

    TpmReader(Bytes from) {
        this.from = from;
    }

    int uint16(String what) {
        Bytes two = take(2, what);
        return two.at(0) << 8 | two.at(1);
    }

    long uint32(String what) {
        Bytes four = take(4, what);
        return (long) four.at(0) << 24 | four.at(1) << 16 | four.at(2) << 8 | four.at(3);
    }

    /** A TPM2B: a 16-bit length and as many octets; returned without the length. */
    Bytes sized(String what) {
        return take(uint16(what), what);
    }

    Bytes take(int length, String what) {
        if (length > from.length() - at) {
            throw new IllegalArgumentException("TPM structure ends inside " + what + ": " + length
                    + " bytes wanted at offset " + at + " of " + from.length());
        }
        Bytes taken = from.slice(at, at + length);
        at += length;
        return taken;
    }

    void end(String what) {
        if (at != from.length()) {
            throw new IllegalArgumentException((from.length() - at) + " bytes too many behind " + what);
        }
    }
}
