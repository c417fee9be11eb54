// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.LeafTokenAnswer;
import io.postern.wire.ModelId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The way to hubs over one transport. */
public interface HubLink extends AutoCloseable {
    /**
     * Opens the one live session of {@code device}; returns when the hub has accepted it.
     *
     * @throws NotAuthorizedException when the hub does not accept the credential or the device
     * @throws IOException when the hub cannot be reached or does not prove its name
     */
    HubSession open(HubName hub, DeviceId device, Credential credential, Optional<ModelId> model) throws IOException;

    /**
     * Finds out, as far as that can be without a session, whether {@code hub} is reached this way: a port that is open, a
     * server that proves its name and speaks the protocol. Returns within a bound.
     *
     * @throws UnreachableException saying what stands in the way
     */
    default void probe(HubName hub) throws IOException {}

    /**
     * Told where the token service says {@code hub} is listened for; counts for sessions that are opened from now on, where
     * nobody has set the port.
     */
    default void listenedAt(HubName hub, List<LeafTokenAnswer.Endpoint> endpoints) {}

    /** Frees what sessions share, where they share something; sessions that are open end. */
    @Override
    default void close() {}
}
