// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.wire.Shown;
import io.vertx.core.http.HttpServerRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one line that every refusal over HTTPS leaves: who asked for what, the answer, and the tracking id that the client
 * was told. Holds what the client sent only where it is a name; never a header or a body.
 */
public final class RefusalLog {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

    private RefusalLog() {}

    /** Logs a refusal that a route worded; {@code text} may say more than the client is told, but no secret. */
    public static Reply of(Request request, Reply reply, String text) {
        return line(request.remote(), request.method(), request.host() + request.path(), reply, text);
    }

    /** Logs a refusal of a request that no route has seen. */
    static Reply of(HttpServerRequest request, Reply reply, String text) {
        return line(remote(request), request.method().name(), host(request) + path(request), reply, text);
    }

    private static String host(HttpServerRequest request) {
        return request.authority() == null ? "" : request.authority().host();
    }

    static String path(HttpServerRequest request) {
        return Shown.of(String.valueOf(request.path()));
    }

    static String remote(HttpServerRequest request) {
        return request.remoteAddress() == null
                ? "unknown"
                : request.remoteAddress().toString();
    }

    private static Reply line(String remote, String method, String resource, Reply reply, String text) {
        LOG.atWarn()
                .addKeyValue("trackingId", reply.headers().getOrDefault("x-ms-request-id", ""))
                .addKeyValue("remote", remote)
                .addKeyValue("method", Shown.of(method))
                .addKeyValue("resource", Shown.of(resource))
                .addKeyValue("status", reply.status())
                .log("refused: {}", text);
        return reply;
    }
}
