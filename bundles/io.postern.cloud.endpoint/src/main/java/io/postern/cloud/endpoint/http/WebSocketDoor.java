// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.endpoint.Duplex;
import io.postern.cloud.endpoint.WebSocketDuplex;
import io.postern.wire.Shown;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a request for a WebSocket into a connection of another protocol, named by its sub-protocol. Clients ask at three
 * paths, also in absolute form; {@code iothub-no-client-cert} in the query is a hint that some give wrongly and nobody
 * needs.
 */
final class WebSocketDoor {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketDoor.class);

    // one official client sends each MQTT packet in one frame: 256 KB of message, 64 KB of topic
    private static final int LARGEST_FRAME = 384 * 1024;
    private static final int FAREWELL_SECONDS = 3; // for a client to answer our closing frame
    private static final List<List<String>> PATHS =
            List.of(List.of("$iothub", "websocket"), List.of("$servicebus", "websocket"), List.of("mqtt"));
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{21}[AQgw]=="); // RFC 6455, 4.1: 16 octets

    private final Map<String, Consumer<Duplex>> acceptors;

    /** @param acceptors by sub-protocol: what takes over its connections, on their event loops */
    WebSocketDoor(Map<String, Consumer<Duplex>> acceptors) {
        this.acceptors = Map.copyOf(acceptors);
    }

    HttpServerOptions applyTo(HttpServerOptions options) {
        return options.setWebSocketSubProtocols(List.copyOf(acceptors.keySet()))
                .setMaxWebSocketFrameSize(LARGEST_FRAME)
                .setPerMessageWebSocketCompressionSupported(false) // what is small on the wire stays small in memory
                .setPerFrameWebSocketCompressionSupported(false)
                .setWebSocketClosingTimeout(FAREWELL_SECONDS);
    }

    /** Whether a request is for this door. */
    boolean isFor(HttpServerRequest request) {
        return asksFor("Upgrade", "websocket", request) || isHere(request);
    }

    /** Lets the connection through, or says why not; on its event loop. */
    void enter(HttpServerRequest request, Dispatcher dispatcher) {
        Optional<Refusal> refusal = refusal(request);
        if (refusal.isPresent()) {
            Refusal no = refusal.get();
            Reply reply = dispatcher.refuse(request, no.code(), no.name(), no.text());
            reply = no.code() / 1000 == 426
                    ? reply.with("Upgrade", "websocket").with("Sec-WebSocket-Version", "13")
                    : reply;
            Turn.finish(
                    request.response(),
                    reply.with("Connection", "close"),
                    dispatcher.errors().date());
            request.connection().close(); // with a body unread, nothing else would
            return;
        }
        Consumer<Duplex> acceptor = acceptor(request).orElseThrow();
        request.toWebSocket()
                .onSuccess(socket -> acceptor.accept(new WebSocketDuplex(socket)))
                .onFailure(failure -> LOG.atWarn()
                        .addKeyValue("remote", RefusalLog.remote(request))
                        .addKeyValue("reason", failure.getMessage())
                        .log("WebSocket refused"));
    }

    private record Refusal(int code, String name, String text) {}

    /** spec: RFC 6455, 4.2.1 */
    private Optional<Refusal> refusal(HttpServerRequest request) {
        if (!isHere(request)) {
            return Optional.of(new Refusal(
                    404_000,
                    "NotFound",
                    "no WebSocket is served at " + RefusalLog.path(request)
                            + ", only at /$iothub/websocket, /$servicebus/websocket and /mqtt"));
        }
        if (!request.method().equals(HttpMethod.GET)) {
            return Optional.of(new Refusal(405_000, "MethodNotAllowed", "a WebSocket is asked for with GET"));
        }
        if (!asksFor("Upgrade", "websocket", request) || !asksFor("Connection", "upgrade", request)) {
            return Optional.of(new Refusal(
                    426_000,
                    "UpgradeRequired",
                    "a WebSocket is served here: ask with Upgrade: websocket and Connection: Upgrade"));
        }
        if (!"13".equals(request.getHeader("Sec-WebSocket-Version"))) {
            return Optional.of(new Refusal(426_000, "UpgradeRequired", "Sec-WebSocket-Version must be 13 (RFC 6455)"));
        }
        return malformed(request).map(text -> new Refusal(400_004, "ArgumentInvalid", text));
    }

    private Optional<String> malformed(HttpServerRequest request) {
        String key = request.getHeader("Sec-WebSocket-Key");
        if (key == null || !KEY.matcher(key.strip()).matches()) {
            return Optional.of("Sec-WebSocket-Key must be 16 octets in base64 (RFC 6455)");
        }
        if (request.headers().contains("Content-Length") || request.headers().contains("Transfer-Encoding")) {
            return Optional.of("a request for a WebSocket has no body");
        }
        if (acceptor(request).isEmpty()) {
            return Optional.of("no sub-protocol of \""
                    + Shown.of(String.join(", ", offered(request).toList())) + "\" is spoken here, only "
                    + String.join(", ", new TreeSet<>(acceptors.keySet())) + " (Sec-WebSocket-Protocol)");
        }
        return Optional.empty();
    }

    /** The first that is spoken here: so the HTTP library chooses as well when it answers. */
    private Optional<Consumer<Duplex>> acceptor(HttpServerRequest request) {
        return offered(request)
                .flatMap(protocol -> Optional.ofNullable(acceptors.get(protocol)).stream())
                .findFirst();
    }

    private static Stream<String> offered(HttpServerRequest request) {
        return listed("Sec-WebSocket-Protocol", request);
    }

    private static boolean asksFor(String header, String token, HttpServerRequest request) {
        return listed(header, request).anyMatch(token::equalsIgnoreCase);
    }

    private static Stream<String> listed(String header, HttpServerRequest request) {
        return request.headers().getAll(header).stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .map(String::strip)
                .filter(token -> !token.isEmpty());
    }

    private static boolean isHere(HttpServerRequest request) {
        try {
            List<String> path = RequestReader.segments(request.path() == null ? "/" : request.path());
            return PATHS.contains(path.stream()
                    .map(segment -> segment.toLowerCase(Locale.ROOT))
                    .toList());
        } catch (IllegalArgumentException e) {
            return false; // not even a path
        }
    }
}
