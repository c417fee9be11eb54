// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.transfer;

import io.postern.wire.Bytes;
import io.postern.wire.Shown;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A container of blobs, spoken to in plain Blob REST with the shared access signature its address bears (spec: Get Blob,
 * Put Block, Put Block List). Redirects are not followed: they would lead to where the operator has not allowed.
 *
 * <p>Who may start a job chooses the address, so it could be used to reach what only this machine reaches. What holds
 * against that is the operator's list of origins, compared as text, and TLS: a name on the list that is made to resolve
 * to another address, this machine's own among them, leads to a server without the name's certificate. Without TLS only
 * literal loopback addresses can be listed, which need no resolving.
 */
final class BlobContainer {
    private static final String VERSION =
            "2019-12-12"; // spec: the oldest with blocks of over 100 MB; all servers know it
    private static final int BLOCK = 4 << 20; // 4 MB; the most blocks of a blob are 50,000, so up to 200 GB
    private static final Duration DEADLINE = Duration.ofMinutes(2); // a block over a 300 kbit/s link

    private static final long SLOWEST = 4 << 10; // octets a second; slower is no link but an attempt to hold us

    private final HttpClient client;
    private final URI address;

    BlobContainer(HttpClient client, URI address) {
        this.client = client;
        this.address = address;
    }

    static HttpClient client() {
        return HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    /**
     * The address of a container, when {@code origins} allow it.
     *
     * @throws IllegalArgumentException saying what may stand there instead
     */
    static URI allowed(String text, List<String> origins) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "a blob container is named by its URL with its shared access signature", e);
        }
        boolean whole = uri.getHost() != null
                && uri.getScheme() != null
                && uri.getRawUserInfo() == null
                && uri.getRawFragment() == null
                && uri.getRawPath() != null
                && uri.getRawPath().matches("(/[A-Za-z0-9$-]{1,63}){1,2}/?");
        if (!whole) {
            throw new IllegalArgumentException(
                    "a blob container is named by https://HOST/CONTAINER?SIGNATURE, not \"" + Shown.of(text) + "\"");
        }
        String origin = origin(uri);
        if (origins.stream().noneMatch(each -> each.equals(origin))) {
            throw new IllegalArgumentException("this hub may not reach " + Shown.of(origin) + "; it may reach "
                    + (origins.isEmpty() ? "no blob container at all" : String.join(", ", origins))
                    + ". The operator allows more in blobOrigins; the registry is also exported and imported without"
                    + " any, with: postern ctl devices export FILE");
        }
        return uri;
    }

    /**
     * A setting's value in the form that addresses are compared in.
     *
     * @throws IllegalArgumentException when it is none, or would send keys through a network in clear
     */
    static String parseOrigin(String text) {
        URI uri = URI.create(text.strip());
        if (uri.getHost() == null
                || uri.getScheme() == null
                || !uri.getRawPath().matches("/?")) {
            throw new IllegalArgumentException(
                    "an origin is https://HOST or https://HOST:PORT, not \"" + Shown.of(text) + "\"");
        }
        if (!uri.getScheme().equalsIgnoreCase("https") && !isLoopback(uri)) {
            throw new IllegalArgumentException("an origin is https, or http on this machine, not \"" + Shown.of(text)
                    + "\": keys would pass in clear");
        }
        return origin(uri);
    }

    /** Without the signature. */
    static String shown(URI address) {
        return origin(address) + address.getRawPath();
    }

    /** Reads a blob as it comes. */
    InputStream read(String blob) throws IOException {
        HttpResponse<InputStream> response =
                send(HttpRequest.newBuilder(of(blob, "")).GET(), BodyHandlers.ofInputStream(), "reading " + blob);
        if (response.statusCode() != 200) {
            response.body().close();
            throw refused("reading " + blob, response.statusCode());
        }
        return new SteadyStream(response.body(), DEADLINE, SLOWEST);
    }

    /** A blob that appears, whole, when it is closed without having failed. */
    Writer write(String blob) {
        return new Writer(blob);
    }

    /** Lines into one blob, block by block: no more than a block is in memory, and nothing on disk. */
    final class Writer {
        private final String blob;
        private final StringBuilder text = new StringBuilder();
        private final List<String> blocks = new ArrayList<>();

        private Writer(String blob) {
            this.blob = blob;
        }

        void append(String lines) throws IOException {
            text.append(lines);
            if (text.length() >= BLOCK) {
                flush();
            }
        }

        /** Makes the blob of what was appended. */
        void finish() throws IOException {
            flush();
            var list = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
            blocks.forEach(id -> list.append("<Latest>").append(id).append("</Latest>"));
            put("&comp=blocklist", list.append("</BlockList>").toString());
        }

        private void flush() throws IOException {
            if (!text.isEmpty()) {
                String id = Bytes.utf8(String.format(Locale.ROOT, "%08d", blocks.size()))
                        .toBase64();
                put("&comp=block&blockid=" + id.replace("=", "%3D").replace("+", "%2B"), text.toString());
                blocks.add(id);
                text.setLength(0);
            }
        }

        private void put(String operation, String body) throws IOException {
            HttpResponse<Void> response = send(
                    HttpRequest.newBuilder(of(blob, operation)).PUT(BodyPublishers.ofString(body)),
                    BodyHandlers.discarding(),
                    "writing " + blob);
            if (response.statusCode() / 100 != 2) {
                throw refused("writing " + blob, response.statusCode());
            }
        }
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body, String tried)
            throws IOException {
        try {
            return client.send(
                    request.header("x-ms-version", VERSION).timeout(DEADLINE).build(), body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(tried + " at " + shown(address) + " was broken off", e);
        } catch (IOException e) {
            throw new IOException(tried + " at " + shown(address) + " failed: " + Shown.of(e.toString()), e);
        }
    }

    private IOException refused(String tried, int status) {
        String advice =
                switch (status) {
                    case 403 -> "; its signature does not allow it or has expired";
                    case 404 -> "; there is no such container or blob";
                    default -> "";
                };
        return new IOException(tried + " at " + shown(address) + " was answered with " + status + advice);
    }

    private URI of(String blob, String operation) {
        String path = address.getRawPath();
        String query = address.getRawQuery() == null ? "" : address.getRawQuery();
        return URI.create(origin(address) + (path.endsWith("/") ? path : path + "/") + blob + "?" + query + operation);
    }

    private static String origin(URI uri) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        int usual = scheme.equals("https") ? 443 : 80;
        String port = uri.getPort() < 0 || uri.getPort() == usual ? "" : ":" + uri.getPort();
        return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port;
    }

    private static boolean isLoopback(URI uri) {
        try {
            return uri.getScheme().equalsIgnoreCase("http")
                    && uri.getHost().matches("[0-9.]+|\\[[0-9a-fA-F:]+]")
                    && InetAddress.getByName(uri.getHost()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
