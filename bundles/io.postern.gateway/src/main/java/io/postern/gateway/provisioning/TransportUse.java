// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.spi.Transport;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Over what the provisioning service was reached, and over what it was not.
 *
 * @param used none when nothing worked
 * @param blocked in the order they were tried
 */
public record TransportUse(Optional<Transport> used, List<Blocked> blocked) {
    public TransportUse {
        blocked = List.copyOf(blocked);
    }

    /** A transport that did not get through. */
    public record Blocked(Transport transport, String reason) {
        @Override
        public String toString() {
            return transport.text() + ": " + reason;
        }
    }

    /** One line for a person; empty when the first transport worked. */
    public String obstacles() {
        return blocked.stream().map(Blocked::toString).collect(Collectors.joining("; "));
    }
}
