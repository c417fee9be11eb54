// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.lab.amqp.Frames;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Somebody who listens where a hub, or a proxy, should be, and lets nobody in. */
final class UnwillingHub implements AutoCloseable {
    private static final int PATIENCE = 10_000; // milliseconds for a client to say something, or to go

    final AtomicInteger connections = new AtomicInteger();
    private final Optional<SSLContext> tls;
    private final Answer answer;
    private final ServerSocket server;

    /** What it says to everybody. */
    sealed interface Answer {
        /** Nothing. */
        record HangUp() implements Answer {}

        /** MQTT; 0 lets in and hangs up then. */
        record Connack(int code) implements Answer {}

        /** AMQP: the connection is opened and closed with it. */
        record Condition(String symbol) implements Answer {}

        /** HTTP. */
        record Status(int status, String field, String body) implements Answer {}
    }

    UnwillingHub(Optional<SSLContext> tls, Answer answer) throws IOException {
        this.tls = tls;
        this.answer = answer;
        server = new ServerSocket(0, 50, InetAddress.getByName(LoopbackAddress.random()));
        Thread.startVirtualThread(this::acceptAll);
    }

    String address() {
        return server.getInetAddress().getHostAddress();
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                Thread.startVirtualThread(() -> serve(socket));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(Socket plain) {
        try (plain) {
            plain.setSoTimeout(PATIENCE);
            if (answer instanceof Answer.HangUp) {
                return;
            }
            if (tls.isEmpty()) {
                speak(plain.getInputStream(), plain.getOutputStream());
                return;
            }
            try (SSLSocket socket =
                    (SSLSocket) tls.get().getSocketFactory().createSocket(plain, address(), port(), true)) {
                socket.setUseClientMode(false);
                speak(socket.getInputStream(), socket.getOutputStream());
            }
        } catch (IOException e) {
            // the gateway has gone, as it should
        }
    }

    private void speak(InputStream in, OutputStream out) throws IOException {
        switch (answer) {
            case Answer.HangUp() -> {
                // not here
            }
            case Answer.Connack(int code) -> {
                hear(in);
                out.write(new byte[] {0x20, 2, 0, (byte) code});
            }
            case Answer.Condition(String symbol) -> {
                say(out, Frames.SASL, Frames.sasl(Frames.list(0x40, Frames.symbol("ANONYMOUS"))));
                hear(in);
                Bytes error = Frames.list(0x1d, Frames.symbol(symbol), Frames.text("as always"));
                say(out, Frames.sasl(Frames.list(0x44, Bytes.hex("5000"))), Frames.BARE);
                say(out, Frames.open("hub", ""), Frames.amqp(Frames.list(0x18, error)));
            }
            case Answer.Status(int status, String field, String body) -> {
                hear(in);
                String head = "HTTP/1.1 " + status + " No\r\n" + field + "Content-Length: " + body.length();
                out.write((head + "\r\nConnection: close\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            }
        }
        out.flush();
        if (!(answer instanceof Answer.Connack(int code) && code == 0)) {
            in.transferTo(OutputStream.nullOutputStream()); // who hangs up first takes octets from the other
        }
    }

    private static void hear(InputStream in) throws IOException {
        byte[] some = new byte[4096];
        if (in.read(some) < 0) {
            throw new IOException("it has gone");
        }
    }

    private static void say(OutputStream out, Bytes... words) throws IOException {
        out.write(Bytes.concat(words).toArray());
        out.flush();
    }
}
