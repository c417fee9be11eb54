// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.spi.HealthBoard;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The board stays when the parts that write on it and read from it begin anew. */
@Component(
        service = {HealthBoard.class, PostedHealth.class},
        immediate = true)
public final class PostedHealth implements HealthBoard {
    private volatile Map<String, String> unwell = Map.of();

    @Activate
    public PostedHealth() {}

    @Override
    public void post(Map<String, String> found) {
        unwell = Map.copyOf(found);
    }

    /** What was posted last. */
    Map<String, String> posted() {
        return unwell;
    }
}
