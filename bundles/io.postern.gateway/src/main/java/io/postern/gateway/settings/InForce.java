// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import io.postern.gateway.settings.Configurations.Delivery;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the parts of the gateway were handed last, and how they are made to run with something else. For one thread at a time. */
final class InForce {
    private static final Logger LOG = LoggerFactory.getLogger(InForce.class);

    private final Configurations configurations;
    private Map<String, JsonObject> handed = Map.of();

    InForce(Configurations configurations) {
        this.configurations = configurations;
    }

    /** What the gateway's own file says is what all begin with. */
    void begin() {
        handed = configurations.base();
    }

    Map<String, JsonObject> handed() {
        return handed;
    }

    /**
     * Hands over what differs from what was handed last.
     *
     * @return why it could not; empty when it could
     */
    Optional<String> hand(Overlay overlay) {
        Map<String, JsonObject> wanted = overlay.over(configurations.base());
        Set<String> differences = Overlay.differences(handed, wanted);
        if (differences.isEmpty()) {
            return Optional.empty();
        }
        Map<String, JsonObject> before = handed;
        handed = wanted;
        try {
            configurations.apply(before, wanted);
            return Optional.empty();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("settings could not be handed over");
            return Optional.of("the settings could not be handed over: " + e.getMessage());
        }
    }

    /** How far the parts are on their way from {@code before} to {@code after}. */
    Delivery delivery(Overlay before, Overlay after) {
        Map<String, JsonObject> now = after.over(configurations.base());
        return configurations.delivery(Overlay.differences(before.over(configurations.base()), now), now);
    }
}
