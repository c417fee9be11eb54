// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.gateway.Reading;
import java.io.IOException;

/** Where drivers put readings. */
public interface ReadingSink {
    /**
     * Takes over a reading; when this returns it survives a power cut.
     *
     * @throws IllegalArgumentException when the reading's leaf is not one of this gateway's
     * @throws IOException when the store cannot take it; the reading is not accepted
     */
    void accept(Reading reading) throws IOException;
}
