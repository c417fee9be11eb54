// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.gateway.gpio.GpioUapi.Edge;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets an edge through when its level has stood for a while, for chips whose kernel does not do that. Owned by the thread that
 * reads the edges.
 */
final class Debounce {
    private static final int FOR_EVER = -1;

    private final long stand;
    private boolean level;
    private @Nullable Edge pending;

    /** @param stand zero lets every edge through at once */
    Debounce(Duration stand, boolean level) {
        this.stand = stand.toNanos();
        this.level = level;
    }

    /** @return what may be told at once */
    Optional<Edge> edge(Edge edge) {
        if (stand == 0) {
            return Optional.of(edge);
        }
        Optional<Edge> settled = settled(edge.at());
        pending = edge.rising() == level ? null : edge;
        return settled;
    }

    /** @return the edge whose level has stood until {@code now} */
    Optional<Edge> settled(long now) {
        Edge edge = pending;
        if (edge == null || now - edge.at() < stand) {
            return Optional.empty();
        }
        pending = null;
        level = edge.rising();
        return Optional.of(edge);
    }

    /** In how many milliseconds to ask {@link #settled} again, -1 for not at all. */
    int patience(long now) {
        Edge edge = pending;
        return edge == null ? FOR_EVER : (int) Math.max(1, (edge.at() + stand - now + 999_999) / 1_000_000);
    }
}
