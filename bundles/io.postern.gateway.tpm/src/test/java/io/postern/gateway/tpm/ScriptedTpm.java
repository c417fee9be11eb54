// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Listens where a TPM should and answers each command with the octets it was told to; then it is silent. */
final class ScriptedTpm implements AutoCloseable {
    private final ServerSocket listener;
    private final BlockingQueue<byte[]> responses = new LinkedBlockingQueue<>();
    private final CopyOnWriteArrayList<Socket> clients = new CopyOnWriteArrayList<>();
    private final AtomicInteger commands = new AtomicInteger();

    ScriptedTpm(String... hexResponses) throws IOException {
        listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        for (String response : hexResponses) {
            responses.add(HexFormat.of().parseHex(response));
        }
        Thread.ofVirtual().start(this::accept);
    }

    String device() {
        return "tcp:127.0.0.1:" + listener.getLocalPort();
    }

    int commands() {
        return commands.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                clients.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket client) {
        try (client) {
            byte[] command = new byte[4096];
            while (client.getInputStream().read(command) > 0) {
                commands.incrementAndGet();
                client.getOutputStream().write(responses.take());
            }
        } catch (IOException e) {
            // the client left
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket client : clients) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
