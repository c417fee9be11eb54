// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * In which order transports are tried. What worked last goes first and what broke last goes last, until that is old: then
 * the preferred order holds again, for a port that was blocked may be open by now.
 *
 * @param preferred each once, at least one
 */
public record TransportOrder(List<Transport> preferred) {
    /** Trying a blocked port costs seconds, and an attempt is made once in many hours or in quick succession. */
    static final Duration MEMORY = Duration.ofHours(1);

    public TransportOrder {
        preferred = List.copyOf(preferred);
        if (preferred.isEmpty() || new HashSet<>(preferred).size() < preferred.size()) {
            throw new IllegalArgumentException("each transport once, and at least one, not " + preferred);
        }
    }

    /**
     * What is known of one transport.
     *
     * @param worked or broke in the middle of an attempt
     * @param age how long ago
     */
    public record Experience(Transport transport, boolean worked, Duration age) {}

    /** All of {@link #preferred}, the one to try first in front. */
    public List<Transport> after(Optional<Experience> last) {
        List<Transport> order = new ArrayList<>(preferred);
        if (last.isPresent()
                && last.get().age().compareTo(MEMORY) < 0
                && order.remove(last.get().transport())) {
            order.add(last.get().worked() ? 0 : order.size(), last.get().transport());
        }
        return List.copyOf(order);
    }
}
