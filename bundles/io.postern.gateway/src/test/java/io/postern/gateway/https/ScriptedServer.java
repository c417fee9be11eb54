// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.postern.testkit.ServerIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/** An HTTPS server that gives the answers it was told to give and remembers what it was asked. */
public final class ScriptedServer implements AutoCloseable {
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();

    public record Answer(int status, Map<String, String> headers, String body) {}

    public record Asked(
            String method, String uri, Optional<String> authorization, String host, int fromPort, String body) {}

    public ScriptedServer(String address, ServerIdentity identity) throws IOException {
        this(address, 0, identity);
    }

    public ScriptedServer(String address, int port, ServerIdentity identity) throws IOException {
        server = HttpsServer.create(new InetSocketAddress(address, port), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity.serverContext()));
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public void willAnswer(int status, String body) {
        willAnswer(status, Map.of(), body);
    }

    public void willAnswer(int status, Map<String, String> headers, String body) {
        answers.add(new Answer(status, headers, body));
    }

    public void forgetAnswers() {
        answers.clear();
    }

    public Asked asked() {
        return asked.remove();
    }

    public boolean hasBeenAsked() {
        return !asked.isEmpty();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            asked.add(new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")),
                    exchange.getRequestHeaders().getFirst("Host"),
                    exchange.getRemoteAddress().getPort(),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            Answer answer = answers.take(); // none prepared: the server is silent
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
