// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Private addresses of this machine: the whole of 127/8 is loopback on Linux, so a test that must have port 443 or 8883
 * takes an address of its own and meets no other test.
 */
public final class LoopbackAddress {
    private LoopbackAddress() {}

    /** An address of the form 127.x.y.z that is not 127.0.0.1. */
    public static String random() {
        var random = ThreadLocalRandom.current();
        return "127." + random.nextInt(1, 255) + "." + random.nextInt(256) + "." + random.nextInt(1, 255);
    }
}
