// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.spi.Credential;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import java.io.IOException;

/** Who the gateway is to its hub and to the token service, and what it shows them. */
public interface GatewayIdentity {
    HubName hub();

    DeviceId device();

    /** What to open a connection with now: the same until it is worn or was renewed. */
    Credential credential() throws IOException;

    /** Somebody would not have {@code refused}: another one next time, unless there is already, if another can be made. */
    void forget(Credential refused);
}
