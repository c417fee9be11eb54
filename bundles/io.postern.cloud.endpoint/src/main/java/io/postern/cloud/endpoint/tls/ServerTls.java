// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.tls;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.TrustOptions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The TLS settings of all listeners (HUB-23, SEC-07): 1.2 and 1.3, with forward secrecy and authenticated encryption only,
 * a client certificate asked for and never required.
 */
public final class ServerTls {
    private static final Set<String> VERSIONS = Set.of("TLSv1.2", "TLSv1.3");
    /**
     * The server's key is an EC key, so no suite of another key can be agreed on; CBC suites are left out (RFC 9325, 4.2). The
     * first of these that a client has is taken: ChaCha20 costs the least where the processor has no AES, as many a gateway's.
     */
    private static final List<String> SUITES = List.of(
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
    /** Of the few at once that a listener lets in: slow links, and slow processors at either end. */
    private static final int HANDSHAKE_SECONDS = 20;

    static {
        // JSSE reads it once: what a client begins anew in TLS 1.2 costs it little and the server much (RFC 9325, 3.5)
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    private final ServerCredentials held;

    public ServerTls(PrivateCa ca) {
        this.held = ca;
    }

    public ServerTls(GivenCertificate given) {
        this.held = given;
    }

    /** The same options, with TLS switched on. */
    public <T extends NetServerOptions> T applyTo(T options) {
        options.setSsl(true)
                .setSslEngineOptions(new OrderedSuites(SUITES))
                .setEnabledSecureTransportProtocols(VERSIONS)
                .setKeyCertOptions(KeyCertOptions.wrap(new CurrentServerKey(held)))
                .setTrustOptions(TrustOptions.wrap(new AnyClientCertificate()))
                .setClientAuth(ClientAuth.REQUEST)
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
        SUITES.forEach(options::addEnabledCipherSuite);
        return options;
    }
}
