// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/**
 * The way through the site's proxy.
 *
 * @param credentials a file with {@code user:password}
 */
record Tunnel(URI proxy, Optional<Path> credentials, Names names) {
    private static final Duration PATIENCE = Duration.ofSeconds(5); // a person waits
    private static final int LONGEST_HEAD = 8192; // of an answer

    /** As a person calls it. */
    String where() {
        return proxy.getHost() + " port " + proxy.getPort();
    }

    /**
     * Asks the proxy to connect {@code socket} with {@code target}.
     *
     * @return the first line of its answer; the rest of the head is read, too
     */
    String ask(Socket socket, String target) throws IOException {
        socket.connect(new InetSocketAddress(names.find(proxy.getHost()), proxy.getPort()), (int) PATIENCE.toMillis());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        String question = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n" + proof() + "\r\n";
        socket.getOutputStream().write(question.getBytes(StandardCharsets.ISO_8859_1));
        return head(socket).lines().findFirst().orElse("");
    }

    private String proof() throws IOException {
        if (credentials.isEmpty()) {
            return "";
        }
        String line = Files.readString(credentials.get()).strip();
        return "Proxy-Authorization: Basic " + Base64.getEncoder().encodeToString(line.getBytes(StandardCharsets.UTF_8))
                + "\r\n";
    }

    private static String head(Socket socket) throws IOException {
        var head = new StringBuilder();
        while (head.length() < LONGEST_HEAD && head.indexOf("\r\n\r\n") < 0) {
            int octet = socket.getInputStream().read();
            if (octet < 0 && head.isEmpty()) {
                throw new EOFException("it hangs up without an answer");
            }
            if (octet < 0) {
                break;
            }
            head.append((char) octet);
        }
        return head.toString();
    }
}
