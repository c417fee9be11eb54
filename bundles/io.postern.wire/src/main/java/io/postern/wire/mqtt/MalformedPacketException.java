// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.mqtt;

import java.io.IOException;
import java.io.Serial;

/** What came in is not MQTT 3.1.1, or larger than allowed here. The connection cannot go on. */
public final class MalformedPacketException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    public MalformedPacketException(String message) {
        super(message);
    }
}
