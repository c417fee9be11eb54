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
 * The proxy of a site, which passes octets on when asked with CONNECT (RFC 9110, 9.3.6). TLS goes through it from end to
 * end: it sees names and ports, and nothing of what is said.
 *
 * @param credentials a file with {@code user:password} in one line, read for each connection
 */
public record HttpProxy(String host, int port, Optional<Path> credentials) {
    private static final int USUAL_PORT = 3128; // where proxies listen when nobody says otherwise

    /** @throws IllegalArgumentException when {@code url} is not {@code http://host[:port]} */
    public static HttpProxy parse(String url, Optional<Path> credentials) {
        URI uri = URI.create(url);
        boolean plain = "http".equals(uri.getScheme())
                && uri.getHost() != null
                && uri.getUserInfo() == null
                && String.valueOf(uri.getPath()).matches("/?");
        if (!plain) {
            throw new IllegalArgumentException("a proxy is http://host:port, not \"" + Shown.of(url)
                    + "\"; its user and password belong in the file of proxyCredentialsFile");
        }
        return new HttpProxy(uri.getHost(), uri.getPort() < 0 ? USUAL_PORT : uri.getPort(), credentials);
    }

    /** The field with which to ask, RFC 7617; empty when no credentials are configured. */
    Optional<String> authorization() throws IOException {
        if (credentials.isEmpty()) {
            return Optional.empty();
        }
        byte[] text = PrivateFile.read("proxyCredentialsFile", credentials.get());
        try (Secret pair = Secret.utf8(new String(text, StandardCharsets.UTF_8).strip())) {
            return Optional.of("Proxy-Authorization: Basic " + pair.revealBase64() + "\r\n");
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    @Override
    public String toString() {
        return "http://" + host + ":" + port;
    }
}
