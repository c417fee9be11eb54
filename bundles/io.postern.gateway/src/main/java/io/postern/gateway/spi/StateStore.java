// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Optional;

/** Small facts that survive a restart, one JSON object per name, replaced whole and atomically. */
public interface StateStore {
    Optional<JsonObject> read(String name) throws IOException;

    /** When this returns the fact survives a power cut. */
    void write(String name, JsonObject fact) throws IOException;

    void remove(String name) throws IOException;
}
