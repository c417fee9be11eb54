// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** The three services on one HTTPS listener of the JDK: records what was asked and answers what the test says. */
final class LocalServices implements AutoCloseable {
    static final String SERVICE = "service.ctl.test";
    static final String HUB = "hub.ctl.test";
    static final String HUB2 = "hub2.ctl.test";
    static final String TOKENS = "tokens.ctl.test";
    static final String KEY = "c2VjcmV0LWtleS1vZi10aGUtcG9saWN5LTEyMzQ1Njc4";
    static final String ADDRESS = LoopbackAddress.random();

    static {
        Hosts.write(ADDRESS, SERVICE, HUB, HUB2, TOKENS);
    }

    private static @Nullable TestCertificate certificate; // keytool takes a second: once for all tests

    record Asked(String method, String host, String target, Map<String, List<String>> headers, String body) {
        String header(String name) {
            return String.join(",", headers.getOrDefault(name, List.of()));
        }
    }

    record Reply(int status, Map<String, String> headers, String body) {
        static Reply json(String body) {
            return new Reply(200, Map.of("Content-Type", "application/json; charset=utf-8"), body);
        }

        static Reply status(int status, String body) {
            return new Reply(status, Map.of("Content-Type", "application/json; charset=utf-8"), body);
        }
    }

    interface Behaviour {
        Reply answer(Asked asked) throws IOException;
    }

    interface Streaming {
        void answer(Asked asked, HttpExchange exchange) throws IOException;
    }

    final List<Asked> asked = new CopyOnWriteArrayList<>();
    final Path folder;
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile Behaviour behaviour = _ -> Reply.status(404, "{}");
    private volatile Streaming events = (_, exchange) -> exchange.sendResponseHeaders(404, -1);

    /** Starts listening and writes connection.json with ca.pem to {@code folder}. */
    LocalServices(Path folder) throws IOException, GeneralSecurityException {
        this.folder = folder;
        TestCertificate certificate = certificate();
        server = HttpsServer.create(new InetSocketAddress(ADDRESS, 0), 16);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.serverContext()));
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
        certificate.writePem(folder.resolve("ca.pem"));
        Files.writeString(folder.resolve("connection.json"), connection("ca.pem"));
    }

    int port() {
        return server.getAddress().getPort();
    }

    void answer(Behaviour next) {
        behaviour = next;
    }

    void stream(Streaming next) {
        events = next;
    }

    String connection(String caFile) {
        return Json.object()
                .add("idScope", "0ne00000001")
                .add("tokenHost", TOKENS)
                .add("provisioningHost", "provisioning.ctl.test")
                .add("serviceHost", SERVICE)
                .add("hubHost", HUB)
                .add("dpsConnectionString", string(SERVICE, "provisioningserviceowner"))
                .add("hubConnectionString", string(HUB, "iothubowner"))
                .add("caFile", caFile)
                .add("ports", Json.object().add("https", port()).add("mqtt", 8883))
                .build()
                .toString();
    }

    private static synchronized TestCertificate certificate() throws IOException, GeneralSecurityException {
        if (certificate == null) {
            certificate = TestCertificate.forNames(SERVICE, HUB, HUB2, TOKENS);
        }
        return certificate;
    }

    private static String string(String host, String policy) {
        return "HostName=" + host + ";SharedAccessKeyName=" + policy + ";SharedAccessKey=" + KEY;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var request = new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestHeaders().getFirst("Host").replaceAll(":.*", ""),
                    exchange.getRequestURI().toString(),
                    Map.copyOf(exchange.getRequestHeaders()),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            asked.add(request);
            if (request.target().startsWith("/events")) {
                events.answer(request, exchange);
                return;
            }
            Reply reply = behaviour.answer(request);
            reply.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] octets = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), octets.length == 0 ? -1 : octets.length);
            exchange.getResponseBody().write(octets);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
