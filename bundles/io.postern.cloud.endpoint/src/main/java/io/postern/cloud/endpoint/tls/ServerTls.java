// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.tls;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.TrustOptions;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The TLS settings of both listeners (HUB-23): 1.2 and 1.3, a client certificate asked for and never required.
 */
public final class ServerTls {
    private static final Set<String> VERSIONS = Set.of("TLSv1.2", "TLSv1.3");
    /** Longer than thousands of devices need that come at once after a restart: half done, none of them would finish. */
    private static final int HANDSHAKE_SECONDS = 60;

    private final PrivateCa ca;

    public ServerTls(PrivateCa ca) {
        this.ca = ca;
    }

    /** The same options, with TLS switched on. */
    public <T extends NetServerOptions> T applyTo(T options) {
        options.setSsl(true)
                .setEnabledSecureTransportProtocols(VERSIONS)
                .setKeyCertOptions(KeyCertOptions.wrap(new CurrentServerKey(ca)))
                .setTrustOptions(TrustOptions.wrap(new AnyClientCertificate()))
                .setClientAuth(ClientAuth.REQUEST)
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
        return options;
    }
}
