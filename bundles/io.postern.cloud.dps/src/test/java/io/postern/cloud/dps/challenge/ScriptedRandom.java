// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.challenge;

import io.postern.wire.Bytes;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;

/** Gives out prepared octets draw by draw, then zeros (the padding of OAEP). */
final class ScriptedRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final transient Queue<Bytes> draws;

    ScriptedRandom(Bytes... draws) {
        this.draws = new ArrayDeque<>(List.of(draws));
    }

    @Override
    public void nextBytes(byte[] into) {
        Bytes next = draws.poll();
        if (next == null) {
            Arrays.fill(into, (byte) 0);
            return;
        }
        if (next.length() != into.length) {
            throw new AssertionError("a draw of " + into.length + " bytes where the script has " + next.length());
        }
        System.arraycopy(next.toArray(), 0, into, 0, into.length);
    }
}
