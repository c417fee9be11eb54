// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.ErrorBody;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.HttpsURLConnection;

/**
 * Calls to one service endpoint, each with a fresh short-lived token (HUB-17). Blocking; safe for several threads.
 *
 * <p>The token may speak for another host than the one called: the token service takes tokens of its hub.
 */
final class ServiceClient {
    private static final int LARGEST_ANSWER = 8 * 1024 * 1024; // a page of 1000 enrollments of at most 8 KB
    private static final int MOST_PAGES = 10_000; // a million devices, the hub's own limit, with room to spare
    private static final String PAGE = "100"; // enrollments to an answer: about 100 KB
    private static final String CONTINUATION = "x-ms-continuation";
    private static final Duration CONNECT = Duration.ofSeconds(10); // three SYN retries (RFC 6298) take 7 s
    private static final Duration ANSWER = Duration.ofSeconds(30); // the hub's own limit for a direct call

    /** What a request brings. */
    private record Content(String type, String text) {
        static Content json(JsonValue value) {
            return new Content("application/json", value.toString());
        }
    }

    private final Endpoint endpoint;
    private final Optional<Credential> credential;
    private final InstantSource clock;

    /** @param credential empty for paths that strangers may ask */
    ServiceClient(Endpoint endpoint, Optional<Credential> credential, InstantSource clock) {
        this.endpoint = endpoint;
        this.credential = credential;
        this.clock = clock;
    }

    /** One path segment, percent-encoded. */
    static String segment(Object text) {
        return URLEncoder.encode(text.toString(), StandardCharsets.UTF_8).replace("+", "%20");
    }

    Answer get(String path) throws ServiceException {
        return call("GET", path, Optional.empty(), Map.of());
    }

    Answer get(String path, Map<String, String> headers) throws ServiceException {
        return call("GET", path, Optional.empty(), headers);
    }

    /** A list that the service gives page by page. */
    List<JsonObject> pages(String path) throws ServiceException {
        List<JsonObject> all = new ArrayList<>();
        Map<String, String> headers = Map.of();
        for (int page = 0; page < MOST_PAGES; page++) {
            Answer answer = call("GET", path, Optional.empty(), headers);
            answer.array().stream().map(JsonValue::asJsonObject).forEach(all::add);
            Optional<String> continuation = answer.header(CONTINUATION);
            if (continuation.isEmpty()) {
                break;
            }
            headers = Map.of(CONTINUATION, continuation.get());
        }
        return all;
    }

    /** What a query finds, page by page. */
    List<JsonObject> query(String path, String query) throws ServiceException {
        JsonObject body = Json.object().add("query", query).build();
        List<JsonObject> all = new ArrayList<>();
        Map<String, String> headers = Map.of("x-ms-max-item-count", PAGE);
        for (int page = 0; page < MOST_PAGES; page++) {
            Answer answer = post(path, body, headers);
            answer.array().stream().map(JsonValue::asJsonObject).forEach(all::add);
            Optional<String> continuation = answer.header(CONTINUATION);
            if (continuation.isEmpty()) {
                break;
            }
            headers = Map.of("x-ms-max-item-count", PAGE, CONTINUATION, continuation.get());
        }
        return all;
    }

    Answer put(String path, JsonValue body, Map<String, String> headers) throws ServiceException {
        return call("PUT", path, Optional.of(Content.json(body)), headers);
    }

    Answer post(String path, JsonValue body, Map<String, String> headers) throws ServiceException {
        return call("POST", path, Optional.of(Content.json(body)), headers);
    }

    /** Sends rows with their header. */
    Answer postCsv(String path, String rows) throws ServiceException {
        return call("POST", path, Optional.of(new Content("text/csv", rows)), Map.of());
    }

    /** Sends a text as it is. */
    Answer postText(String path, String text, Map<String, String> headers) throws ServiceException {
        return call("POST", path, Optional.of(new Content("text/plain", text)), headers);
    }

    /** Like {@link #post} for what the service itself may wait for before it answers. */
    Answer ask(String path, JsonValue body, Duration wait) throws ServiceException {
        return call("POST", path, Optional.of(Content.json(body)), Map.of(), ANSWER.plus(wait));
    }

    /** Sends lines of JSON. */
    Answer postLines(String path, String lines) throws ServiceException {
        return call("POST", path, Optional.of(new Content("application/x-ndjson", lines)), Map.of());
    }

    Answer delete(String path) throws ServiceException {
        return call("DELETE", path, Optional.empty(), Map.of());
    }

    /** Opens a path whose answer goes on until closed; a silence of {@code quiet} ends it with a timeout. */
    LiveAnswer stream(String path, Duration quiet) throws ServiceException {
        String tried = tried("GET", path);
        try {
            Endpoint.Dialled dialled = endpoint.dial(path);
            HttpsURLConnection connection = dialled.connection();
            prepare(connection, "GET", Map.of("Accept", "text/event-stream"), quiet);
            int status = connection.getResponseCode();
            if (status != 200) {
                throw refused(tried, status, body(connection, status));
            }
            return new LiveAnswer(connection.getInputStream(), dialled.socket());
        } catch (ServiceException e) {
            throw e;
        } catch (IOException e) {
            throw endpoint.explain(tried, e);
        }
    }

    private Answer call(String method, String path, Optional<Content> body, Map<String, String> headers)
            throws ServiceException {
        return call(method, path, body, headers, ANSWER);
    }

    private Answer call(
            String method, String path, Optional<Content> body, Map<String, String> headers, Duration patience)
            throws ServiceException {
        String tried = tried(method, path);
        try {
            HttpsURLConnection connection = endpoint.open(path);
            prepare(connection, method, headers, patience);
            if (body.isPresent()) {
                connection.setRequestProperty("Content-Type", body.get().type() + "; charset=utf-8");
                connection.setDoOutput(true);
                try (var out = connection.getOutputStream()) {
                    out.write(body.get().text().getBytes(StandardCharsets.UTF_8));
                }
            }
            int status = connection.getResponseCode();
            String text = body(connection, status);
            if (status < 200 || status > 299) {
                throw refused(tried, status, text);
            }
            return new Answer(status, headers(connection), text);
        } catch (ServiceException e) {
            throw e;
        } catch (IOException e) {
            throw endpoint.explain(tried, e);
        }
    }

    private void prepare(HttpsURLConnection connection, String method, Map<String, String> headers, Duration quiet)
            throws IOException {
        connection.setRequestMethod(method);
        connection.setInstanceFollowRedirects(false); // a redirect would carry the token to another host
        connection.setConnectTimeout((int) CONNECT.toMillis());
        connection.setReadTimeout((int) quiet.toMillis());
        connection.setRequestProperty("Accept", "application/json");
        connection.setRequestProperty("User-Agent", "postern-ctl");
        headers.forEach(connection::setRequestProperty);
        if (credential.isPresent()) {
            connection.setRequestProperty(
                    "Authorization",
                    credential.get().token(clock.instant()).text().revealUtf8());
        }
    }

    private String tried(String method, String path) {
        int query = path.indexOf('?');
        return method + " " + endpoint.host() + (query < 0 ? path : path.substring(0, query));
    }

    private ServiceException refused(String tried, int status, String body) {
        return ServiceException.refused(
                tried, status, ErrorBody.describe(body), Remedy.forRefusal(status, body, credential));
    }

    private static String body(HttpsURLConnection connection, int status) throws IOException {
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            if (in == null) {
                return "";
            }
            byte[] octets = in.readNBytes(LARGEST_ANSWER + 1);
            if (octets.length > LARGEST_ANSWER) {
                throw new IOException("the answer is larger than " + LARGEST_ANSWER + " bytes");
            }
            return new String(octets, StandardCharsets.UTF_8);
        }
    }

    private static Map<String, String> headers(HttpsURLConnection connection) {
        Map<String, String> headers = new TreeMap<>();
        connection.getHeaderFields().forEach((name, values) -> {
            if (name != null && !values.isEmpty()) {
                headers.put(name.toLowerCase(Locale.ROOT), values.getLast());
            }
        });
        return headers;
    }
}
