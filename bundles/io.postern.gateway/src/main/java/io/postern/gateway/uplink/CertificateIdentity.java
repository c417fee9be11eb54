// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.identity.CertificateSource;
import io.postern.gateway.spi.Credential;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import java.io.IOException;

/** The gateway's certificate, shown in the handshake of each connection (HUB-03). */
public record CertificateIdentity(CertificateSource certificates, HubName hub, DeviceId device)
        implements GatewayIdentity {
    @Override
    public Credential credential() throws IOException {
        return new Credential.Certificate(certificates.current());
    }

    /** There is no other to be had. */
    @Override
    public void forget(Credential refused) {}
}
