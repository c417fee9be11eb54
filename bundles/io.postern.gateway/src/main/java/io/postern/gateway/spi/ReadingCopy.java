// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.gateway.Reading;
import io.postern.wire.Bytes;

/**
 * Is shown each reading beside its way to the hub, once the outbox has it. A service; any number may be there. What
 * becomes of the copy is its own affair: the reading is not held up by it and not lost with it.
 */
public interface ReadingCopy {
    /**
     * Returns at once, from whatever thread.
     *
     * @param body what the hub gets: JSON, UTF-8
     */
    void accepted(Reading reading, Bytes body);
}
