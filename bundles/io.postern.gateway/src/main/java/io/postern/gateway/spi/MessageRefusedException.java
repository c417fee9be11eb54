// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.io.IOException;

/** The hub is there and will never take one message, such as one that is too large; it took all that were sent before it. */
public final class MessageRefusedException extends IOException {
    private static final long serialVersionUID = 1L;
    private final long sequence;

    /** @param sequence of the message that was refused */
    public MessageRefusedException(long sequence, String reason) {
        super(reason);
        this.sequence = sequence;
    }

    public long sequence() {
        return sequence;
    }
}
