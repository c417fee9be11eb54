// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Edges as the kernel writes them. */
final class Events {
    static final long AT = 123_456_789L;

    private Events() {}

    /** struct gpio_v2_line_event; {@code id} is 1 for a rising and 2 for a falling edge. */
    static byte[] event(int id, int number) {
        return ByteBuffer.allocate(48)
                .order(ByteOrder.nativeOrder())
                .putLong(AT) // timestamp_ns
                .putInt(id)
                .putInt(3) // offset
                .putInt(1_000 + number) // seqno
                .putInt(number) // line_seqno
                .array();
    }
}
