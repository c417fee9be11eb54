// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Hands each handshake the credentials of the moment, so that a renewed certificate needs no restart.
 *
 * <p>The alias is the certificate's serial number: key and chain of one handshake belong together even when a renewal
 * falls between the two calls.
 */
final class CurrentServerKey extends X509ExtendedKeyManager {
    private final ServerCredentials held;
    private final Map<String, Credentials> used = new ConcurrentHashMap<>(); // one entry per renewal: one a year

    CurrentServerKey(ServerCredentials held) {
        this.held = held;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return keyType.equals("EC") ? alias() : null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return keyType.equals("EC") ? alias() : null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return keyType.equals("EC") ? new String[] {alias()} : null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Credentials credentials = used.get(alias);
        return credentials == null ? null : credentials.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Credentials credentials = used.get(alias);
        return credentials == null ? null : credentials.key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    private String alias() {
        Credentials current = held.server();
        String alias = current.certificate().getSerialNumber().toString(16);
        used.putIfAbsent(alias, current);
        return alias;
    }
}
