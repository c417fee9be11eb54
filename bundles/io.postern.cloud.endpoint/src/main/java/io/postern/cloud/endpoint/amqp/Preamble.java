// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.util.Arrays;
import java.util.Optional;

/** The eight octets a connection begins with. spec: AMQP 1.0 Part 2, 2.2 and Part 5, 5.3.1 */
enum Preamble {
    /** A SASL exchange comes first. */
    SASL(3),
    /** No SASL: who the client is, its certificate tells. */
    BARE(0);

    static final int LENGTH = 8;

    private final byte[] octets;

    Preamble(int protocol) {
        this.octets = new byte[] {'A', 'M', 'Q', 'P', (byte) protocol, 1, 0, 0};
    }

    /** Empty when they are of no protocol spoken here. */
    static Optional<Preamble> of(byte[] first) {
        return Arrays.stream(values())
                .filter(each -> Arrays.equals(first, 0, LENGTH, each.octets, 0, LENGTH))
                .findFirst();
    }

    byte[] octets() {
        return octets.clone();
    }
}
