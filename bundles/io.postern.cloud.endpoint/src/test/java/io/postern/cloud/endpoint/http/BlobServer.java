// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.postern.testkit.LoopbackAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A blob store of one container: whole blobs are read, written block by block, and only with the right signature. */
final class BlobServer implements AutoCloseable {
    static final String SIGNATURE = "c2lnbmF0dXJl";
    private static final Pattern LATEST = Pattern.compile("<Latest>([^<]+)</Latest>");

    final Map<String, String> blobs = new ConcurrentHashMap<>();
    private final Map<String, byte[]> blocks = new ConcurrentHashMap<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    volatile Runnable beforeAnswer = () -> {};
    volatile Runnable midway = () -> {};

    BlobServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(LoopbackAddress.random(), 0), 16);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String origin() {
        return "http://" + server.getAddress().getHostString() + ":"
                + server.getAddress().getPort();
    }

    String container() {
        return origin() + "/box?sv=2021-12-02&sr=c&sp=rcwl&sig=" + SIGNATURE;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            beforeAnswer.run();
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            String blob = exchange.getRequestURI().getPath().substring("/box/".length());
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (!query.contains("sig=" + SIGNATURE)) {
                exchange.sendResponseHeaders(403, -1);
            } else if (exchange.getRequestMethod().equals("GET")) {
                read(exchange, blob);
            } else if (query.contains("comp=blocklist")) {
                blobs.put(blob, joined(new String(body, StandardCharsets.UTF_8)));
                exchange.sendResponseHeaders(201, -1);
            } else {
                blocks.put(query.substring(query.indexOf("blockid=") + 8), body);
                exchange.sendResponseHeaders(201, -1);
            }
        }
    }

    private void read(HttpExchange exchange, String blob) throws IOException {
        String text = blobs.get(blob);
        if (text == null) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, octets.length == 0 ? -1 : octets.length);
        exchange.getResponseBody().write(octets, 0, octets.length / 2);
        exchange.getResponseBody().flush();
        midway.run();
        exchange.getResponseBody().write(octets, octets.length / 2, octets.length - octets.length / 2);
    }

    private String joined(String list) throws IOException {
        var whole = new ByteArrayOutputStream();
        Matcher each = LATEST.matcher(list);
        while (each.find()) {
            whole.write(blocks.get(each.group(1)));
        }
        return whole.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
