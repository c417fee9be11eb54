// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.ip;

import io.postern.gateway.identity.CertificateFile;
import io.postern.wire.Setting;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the endpoint listens, and what proves both sides.
 *
 * @param certificate empty for plain TCP
 * @param patience how long a stranger may take until its CONNECT is accepted
 * @param penance how long a refused one waits for its answer
 */
record EndpointSettings(
        InetSocketAddress at,
        Optional<CertificateFile> certificate,
        Path credentialsFile,
        Duration patience,
        Duration penance) {
    private static final Duration PATIENCE = Duration.ofSeconds(10); // a handshake on a slow chip takes three
    private static final Duration PENANCE = Duration.ofSeconds(1);
    private static final int TLS = 8883; // spec: IANA, secure-mqtt

    /** @throws IllegalArgumentException beginning with the key that cannot be used */
    static EndpointSettings of(MqttEndpointComponent.Config config) {
        Path credentials = Setting.parse("credentialsFile", config.credentialsFile(), Path::of);
        if (config.port() < 1 || config.port() > 65535) {
            throw new IllegalArgumentException("port: 1 to 65535, not " + config.port());
        }
        return new EndpointSettings(at(config), certificate(config), credentials, PATIENCE, PENANCE);
    }

    private static InetSocketAddress at(MqttEndpointComponent.Config config) {
        InetAddress address = Setting.parse("listen", config.listen(), text -> {
            try {
                return InetAddress.ofLiteral(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "an address of this machine such as 192.168.10.1, or 0.0.0.0 for all, not a name", e);
            }
        });
        return new InetSocketAddress(address, config.port());
    }

    private static Optional<CertificateFile> certificate(MqttEndpointComponent.Config config) {
        if (config.plain()) {
            if (config.port() == TLS) {
                throw new IllegalArgumentException(
                        "port: " + TLS + " is for TLS; without it (plain) sensors expect 1883, so say that");
            }
            return Optional.empty();
        }
        Path chain = Setting.parse("certificateFile", config.certificateFile(), Path::of);
        Path key = Setting.parse("keyFile", config.keyFile(), Path::of);
        return Optional.of(new CertificateFile(chain, new CertificateFile.InFile(key)));
    }
}
