// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ModelId;
import java.io.IOException;
import java.util.Optional;

/** The way to a hub. */
public interface HubLink {
    /**
     * Opens the one live session of {@code device}; returns when the hub has accepted it.
     *
     * @throws NotAuthorizedException when the hub does not accept the credential or the device
     * @throws IOException when the hub cannot be reached or does not prove its name
     */
    HubSession open(HubName hub, DeviceId device, Credential credential, Optional<ModelId> model) throws IOException;
}
