// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.provisioning;

import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One TLS connection with HTTP/1.1 on it and nothing else, so that the load costs as little as it can beside what is
 * measured. Used by one thread; reads answers with a Content-Length only, as the cloud side sends them.
 */
public final class HttpsWire implements AutoCloseable {
    private static final int CONNECT_MS = 60_000; // a full listen queue drops the SYN; the kernel asks again
    private static final int ANSWER_MS = 60_000;
    private static final AtomicInteger NEXT = new AtomicInteger();

    /** Where a service listens and what it is called. */
    public record Target(InetAddress address, int port, String host, SSLSocketFactory tls) {}

    public record Answer(int status, Map<String, String> headers, String body) {
        public JsonObject json() {
            return Json.parseObject(body);
        }

        public Optional<Duration> retryAfter() {
            return Optional.ofNullable(headers.get("retry-after"))
                    .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
        }
    }

    private final Target target;
    private final SSLSocket socket;
    private final InputStream in;

    private HttpsWire(Target target, SSLSocket socket) throws IOException {
        this.target = target;
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** A connection with a full handshake: nothing is resumed from another one, as between strangers. */
    public static HttpsWire open(Target target) throws IOException {
        var plain = new Socket();
        try {
            plain.setTcpNoDelay(true);
            plain.connect(new InetSocketAddress(target.address(), target.port()), CONNECT_MS);
            plain.setSoTimeout(ANSWER_MS);
            int sessionCacheKey = 1 + Math.floorMod(NEXT.getAndIncrement(), 65_000);
            var socket = (SSLSocket) target.tls().createSocket(plain, target.host(), sessionCacheKey, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new HttpsWire(target, socket);
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    public Answer exchange(String method, String path, Optional<Secret> authorization, String body) throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head = method + " " + path + " HTTP/1.1\r\nHost: " + target.host()
                + authorization
                        .map(text -> "\r\nAuthorization: " + text.revealUtf8())
                        .orElse("")
                + "\r\nContent-Type: application/json\r\nContent-Length: " + content.length + "\r\n\r\n";
        var message = new ByteArrayOutputStream();
        message.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        message.writeBytes(content);
        socket.getOutputStream().write(message.toByteArray());
        return read();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private Answer read() throws IOException {
        String status = line();
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Answer(Integer.parseInt(status.substring(9, 12)), headers, new String(body, StandardCharsets.UTF_8));
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("the service closed the connection in the middle of an answer");
            }
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }
}
