// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one page over plain HTTP to this machine alone. One virtual thread takes visitors in, each has one of its own; a
 * visitor who is slow is sent away, and who finds no room waits.
 */
final class MetricsDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsDoor.class);
    private static final int MOST_VISITORS = 4; // a Prometheus, a technician, and two who forgot to leave
    private static final int LONGEST_HEAD = 8 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(10); // for a whole visit
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    /** Makes the page. */
    @FunctionalInterface
    interface Page {
        String text() throws InterruptedException;
    }

    private final ServerSocket server;
    private final Page page;
    private final Semaphore room = new Semaphore(MOST_VISITORS);
    private final Set<Socket> visitors = ConcurrentHashMap.newKeySet(); // as many as there is room for
    private final Thread accepting = Thread.ofVirtual().name("metrics").unstarted(this::accept);

    private MetricsDoor(ServerSocket server, Page page) {
        this.server = server;
        this.page = page;
    }

    /**
     * @param port 0 for any that is free
     * @throws IllegalArgumentException when the address is not of this machine alone
     * @throws IOException when the port cannot be had
     */
    static MetricsDoor open(InetAddress address, int port, Page page) throws IOException {
        if (!address.isLoopbackAddress()) {
            throw new IllegalArgumentException("metricsAddress: 127.0.0.1 or ::1, not " + address.getHostAddress()
                    + ": the page is for this machine; let an agent on it forward what leaves it");
        }
        var server = new ServerSocket();
        try {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(address, port), MOST_VISITORS);
        } catch (IOException e) {
            server.close();
            throw new IOException(
                    "metricsPort: cannot listen on " + address.getHostAddress() + " port " + port + " ("
                            + e.getMessage() + "): choose another, or see who has it with ss -ltnp",
                    e);
        }
        var door = new MetricsDoor(server, page);
        door.accepting.start();
        return door;
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() {
        closeQuietly(server);
        accepting.interrupt();
        visitors.forEach(MetricsDoor::closeQuietly);
        try {
            accepting.join(GOODBYE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept() {
        try {
            while (!server.isClosed()) {
                room.acquire();
                Socket visitor = null;
                try {
                    visitor = server.accept();
                } catch (IOException e) {
                    LOG.atDebug().setCause(e).log("no visitor taken in");
                }
                if (visitor == null) {
                    room.release();
                } else {
                    serve(visitor);
                }
            }
        } catch (InterruptedException e) {
            LOG.atDebug().log("the page of metrics is closed");
        }
    }

    private void serve(Socket visitor) {
        visitors.add(visitor);
        Thread.ofVirtual().name("metrics-visit").start(() -> {
            try (visitor) {
                answer(visitor);
            } catch (IOException e) {
                LOG.atDebug().setCause(e).log("a visitor of the metrics has gone, or was too slow");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                visitors.remove(visitor);
                room.release();
            }
        });
    }

    private void answer(Socket visitor) throws IOException, InterruptedException {
        String[] head = head(visitor).split("\r\n");
        String[] request = head[0].split(" ");
        boolean known = request.length == 3 && request[1].split("\\?", 2)[0].equals("/metrics");
        if (request.length != 3 || !request[2].startsWith("HTTP/1.")) {
            send(visitor, "400 Bad Request", "this is HTTP/1.1, and one page: GET /metrics\n");
        } else if (!isOurName(head)) { // what a browser was led to by a name that points here
            send(visitor, "421 Misdirected Request", "ask for localhost, 127.0.0.1 or [::1]\n");
        } else if (!known) {
            send(visitor, "404 Not Found", "there is one page: /metrics\n");
        } else if (!request[0].equals("GET")) {
            send(visitor, "405 Method Not Allowed", "the page is only read: GET /metrics\n");
        } else {
            send(visitor, "200 OK", page.text());
        }
    }

    private static boolean isOurName(String[] head) {
        for (String line : head) {
            if (line.regionMatches(true, 0, "Host:", 0, 5)) {
                String host = line.substring(5).strip().replaceFirst(":[0-9]+$", "");
                return Set.of("localhost", "[::1]").contains(host) || host.matches("127(\\.[0-9]{1,3}){3}");
            }
        }
        return true; // HTTP/1.0 needs none, and no browser leaves it out
    }

    /** Up to the blank line; what follows is not read, for no request that is answered has a body. */
    private static String head(Socket visitor) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        InputStream in = visitor.getInputStream();
        byte[] octets = new byte[LONGEST_HEAD];
        int length = 0;
        while (length < LONGEST_HEAD) {
            long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (left <= 0) {
                throw new InterruptedIOException("the visitor did not ask in time");
            }
            visitor.setSoTimeout((int) left);
            int read = in.read(octets, length, LONGEST_HEAD - length);
            if (read < 0) {
                throw new SocketException("the visitor went before it had asked");
            }
            length += read;
            String head = new String(octets, 0, length, StandardCharsets.ISO_8859_1);
            int end = head.indexOf("\r\n\r\n");
            if (end >= 0) {
                return head.substring(0, end);
            }
        }
        throw new IOException("a question longer than " + LONGEST_HEAD + " octets");
    }

    private static void send(Socket visitor, String status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + "\r\nContent-Type: " + MetricsText.CONTENT_TYPE + "\r\nContent-Length: "
                + body.length + "\r\nConnection: close\r\nX-Content-Type-Options: nosniff\r\n\r\n";
        visitor.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        visitor.getOutputStream().write(body);
        visitor.shutdownOutput();
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            LOG.atDebug().setCause(e).log("closing the page of metrics");
        }
    }
}
