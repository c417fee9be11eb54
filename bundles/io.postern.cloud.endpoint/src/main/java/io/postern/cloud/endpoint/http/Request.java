// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.diagnostics.Origin;
import io.postern.cloud.hub.diagnostics.Transport;
import io.postern.wire.Bytes;
import io.postern.wire.SasToken;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One HTTP request, read whole and bounded before any route sees it.
 *
 * @param remote address and port of whoever asks, for the log
 * @param method upper case; an X-HTTP-Method-Override header has been applied
 * @param host the Host header without its port, lower case
 * @param segments the decoded path segments, empty ones (a trailing slash) left out
 * @param headers the last value of each; looked up without case, listed as they were sent (an application's property is
 *     named by one)
 * @param clientCertificates what the client showed in the TLS handshake, leaf first; possession is proven, nothing else
 * @param departure tells a route that waits long that nobody waits for its answer any more
 */
public record Request(
        String remote,
        String method,
        String host,
        List<String> segments,
        Map<String, String> query,
        Map<String, String> headers,
        Bytes body,
        List<X509Certificate> clientCertificates,
        Departure departure) {
    public Request {
        SortedMap<String, String> withoutCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        withoutCase.putAll(headers);
        headers = Collections.unmodifiableMap(withoutCase);
    }

    /** Where it came from. */
    Origin origin() {
        return new Origin(Transport.HTTPS, remote);
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** Whether the path segment at {@code index} is {@code text}; paths compare without case. */
    public boolean has(int index, String text) {
        return index < segments.size() && segments.get(index).equalsIgnoreCase(text);
    }

    /**
     * The token in the Authorization header; empty when it brings none.
     *
     * @throws BadTokenException when what it brings is none
     */
    public Optional<SasToken> token() {
        try {
            return header("Authorization").filter(text -> !text.isBlank()).map(SasToken::parse);
        } catch (IllegalArgumentException e) {
            throw new BadTokenException(
                    "the Authorization header is not a shared access signature: " + e.getMessage(), e);
        }
    }

    /**
     * What the client has seen of the resource it changes, in the If-Match header; any state when not said.
     *
     * @throws IllegalArgumentException when the header holds no etag
     */
    public IfMatch condition() {
        return header("If-Match").map(IfMatch::parse).orElse(IfMatch.ANY);
    }

    public String path() {
        return "/" + String.join("/", segments);
    }

    /** Without headers, query and body, which may hold tokens and keys. */
    @Override
    public String toString() {
        return "Request[" + method + " " + host + path() + ", " + body.length() + " bytes]";
    }
}
