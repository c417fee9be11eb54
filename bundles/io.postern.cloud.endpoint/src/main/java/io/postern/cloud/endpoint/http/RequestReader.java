// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.endpoint.tls.ShownCertificates;
import io.postern.wire.Bytes;
import io.postern.wire.Shown;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Turns what the HTTP library read into a {@link Request}; pure but for the TLS session it looks into. */
final class RequestReader {
    private static final Set<String> OVERRIDES = Set.of("PATCH", "PUT", "DELETE");
    private static final int MOST_SEGMENTS = 16; // twice the longest path of any route

    private RequestReader() {}

    /** @throws IllegalArgumentException naming the part of the request line or header that is wrong */
    static Request read(HttpServerRequest request, Bytes body, Departure departure) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        request.headers().forEach(header -> headers.put(header.getKey(), header.getValue()));
        return new Request(
                RefusalLog.remote(request),
                method(request.method().name(), headers.get("x-http-method-override")),
                host(headers.getOrDefault("host", "")),
                segments(request.path() == null ? "/" : request.path()),
                query(request.query() == null ? "" : request.query()),
                headers,
                body,
                ShownCertificates.in(request.sslSession()),
                departure);
    }

    // one official client sends PATCH as POST with this header
    private static String method(String method, @org.jspecify.annotations.Nullable String override) {
        if (override == null || !method.equals("POST")) {
            return method;
        }
        String meant = override.strip().toUpperCase(Locale.ROOT);
        if (!OVERRIDES.contains(meant)) {
            throw new IllegalArgumentException(
                    "X-HTTP-Method-Override is PATCH, PUT or DELETE, not \"" + Shown.of(override) + "\"");
        }
        return meant;
    }

    static String host(String header) {
        int port = header.indexOf(':', header.lastIndexOf(']') + 1);
        String host = port < 0 ? header : header.substring(0, port);
        if (host.isBlank()) {
            throw new IllegalArgumentException("the Host header is missing");
        }
        return host.toLowerCase(Locale.ROOT);
    }

    static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        for (String segment : path.split("/", MOST_SEGMENTS + 2)) {
            if (!segment.isEmpty()) {
                segments.add(decode(segment.replace("+", "%2B"))); // '+' stands for itself in a path (RFC 3986, 3.3)
            }
        }
        if (segments.size() > MOST_SEGMENTS) {
            throw new IllegalArgumentException("a path has at most " + MOST_SEGMENTS + " segments");
        }
        return List.copyOf(segments);
    }

    static Map<String, String> query(String query) {
        Map<String, String> values = new HashMap<>();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (!pair.isEmpty() && equals != 0) {
                values.put(
                        decode(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        return Map.copyOf(values);
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not percent-encoded: \"" + Shown.of(text) + "\"", e);
        }
    }
}
