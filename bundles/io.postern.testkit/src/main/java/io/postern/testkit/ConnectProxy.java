// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A site's HTTP proxy that knows CONNECT and nothing else. It has name service of its own: all names are one machine,
 * which need not be known to those who ask.
 */
public final class ConnectProxy implements AutoCloseable {
    private final ServerSocket server;
    private final String target;
    private final Optional<String> credentials;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /**
     * Listens at a free port of {@code address}.
     *
     * @param target the address that every name stands for
     * @param credentials {@code user:password} to insist on
     */
    public ConnectProxy(String address, String target, Optional<String> credentials) {
        this.target = target;
        this.credentials = credentials;
        try {
            server = new ServerSocket(0, 50, InetAddress.getByName(address));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.startVirtualThread(this::acceptAll);
    }

    public String url() {
        return "http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort();
    }

    /** The servers it was asked for and let through to, {@code host:port}. */
    public List<String> opened() {
        return List.copyOf(asked);
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                sockets.add(client);
                Thread.startVirtualThread(() -> serve(client));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            String to = head.split(" ", 3)[1];
            OutputStream answer = client.getOutputStream();
            if (!head.startsWith("CONNECT ")) {
                say(answer, "405 Method Not Allowed");
            } else if (!isAllowed(head)) {
                say(answer, "407 Proxy Authentication Required");
            } else {
                asked.add(to);
                connect(client, Integer.parseInt(to.substring(to.lastIndexOf(':') + 1)));
            }
        } catch (IOException e) {
            // either side is gone
        } finally {
            sockets.remove(client);
        }
    }

    private void connect(Socket client, int port) throws IOException {
        try (Socket server = new Socket(target, port)) {
            sockets.add(server);
            say(client.getOutputStream(), "200 Connection established");
            Thread back = Thread.startVirtualThread(() -> copy(server, client));
            copy(client, server);
            back.join();
        } catch (ConnectException e) {
            say(client.getOutputStream(), "502 Bad Gateway");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            try {
                to.close(); // what broke on one side is over on the other
            } catch (IOException gone) {
                // already
            }
        }
    }

    private boolean isAllowed(String head) {
        return credentials.isEmpty()
                || head.contains("Proxy-Authorization: Basic "
                        + Base64.getEncoder().encodeToString(credentials.get().getBytes(StandardCharsets.UTF_8))
                        + "\r\n");
    }

    private static void say(OutputStream to, String status) throws IOException {
        to.write(("HTTP/1.1 " + status + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        to.flush();
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("no whole request");
            }
            head.append((char) octet);
        }
        return head.toString();
    }
}
