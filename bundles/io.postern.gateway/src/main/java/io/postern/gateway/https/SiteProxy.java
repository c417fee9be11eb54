// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.identity.PrivateFile;
import io.postern.wire.Secret;
import io.postern.wire.Shown;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The proxy of a site, which passes octets on: an HTTP proxy asked with CONNECT (RFC 9110, 9.3.6) or one for SOCKS 5 (RFC
 * 1928). Names are looked up by the proxy. TLS goes through it from end to end: it sees names and ports, and nothing of
 * what is said.
 *
 * @param credentials a file with {@code user:password} in one line, read for each connection
 */
public record SiteProxy(Kind kind, String host, int port, Optional<Path> credentials) {
    /** What the proxy is asked in, with the port where such proxies listen when nobody says otherwise. */
    public enum Kind {
        HTTP("http", 3128),
        SOCKS5("socks5", 1080);

        private final String scheme;
        private final int usualPort;

        Kind(String scheme, int usualPort) {
            this.scheme = scheme;
            this.usualPort = usualPort;
        }
    }

    /** @throws IllegalArgumentException when {@code url} is not {@code http://host[:port]} or {@code socks5://host[:port]} */
    public static SiteProxy parse(String url, Optional<Path> credentials) {
        URI uri = URI.create(url);
        for (Kind kind : Kind.values()) {
            boolean plain = kind.scheme.equals(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && String.valueOf(uri.getPath()).matches("/?");
            if (plain) {
                return new SiteProxy(
                        kind, uri.getHost(), uri.getPort() < 0 ? kind.usualPort : uri.getPort(), credentials);
            }
        }
        throw new IllegalArgumentException("a proxy is http://host:port or socks5://host:port, not \"" + Shown.of(url)
                + "\"; its user and password belong in the file of proxyCredentialsFile");
    }

    /** {@code user:password} as it stands in the file, to be wiped by the caller; empty when no credentials are configured. */
    Optional<Secret> pair() throws IOException {
        if (credentials.isEmpty()) {
            return Optional.empty();
        }
        byte[] text = PrivateFile.read("proxyCredentialsFile", credentials.get());
        try {
            return Optional.of(Secret.utf8(new String(text, StandardCharsets.UTF_8).strip()));
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    @Override
    public String toString() {
        return kind.scheme + "://" + host + ":" + port;
    }
}
