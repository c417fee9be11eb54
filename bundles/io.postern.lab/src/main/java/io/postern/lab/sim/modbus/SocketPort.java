// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import io.postern.lab.sim.Station.Speech;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.RequestParser;
import io.postern.sensor.modbus.RequestParser.Heard;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** A bus of instruments behind a TCP port: as Modbus TCP, or as the octets of a line behind a terminal server. */
public final class SocketPort implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 32; // several times what instruments and terminal servers take
    private static final int SILENCE_MILLIS =
            50; // between two segments of one frame there is less, even on a busy machine

    private final SimulatedBus bus;
    private final Framing framing;
    private final ServerSocket listener;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

    private SocketPort(SimulatedBus bus, Framing framing, ServerSocket listener) {
        this.bus = bus;
        this.framing = framing;
        this.listener = listener;
    }

    /** @param address with port 0 for any that is free */
    public static SocketPort open(SimulatedBus bus, Framing framing, InetSocketAddress address) throws IOException {
        var listener = new ServerSocket();
        try {
            listener.bind(address, MOST_CONNECTIONS);
        } catch (IOException e) {
            listener.close();
            throw new IOException(
                    "cannot listen on " + address.getHostString() + ":" + address.getPort() + ": " + e.getMessage(), e);
        }
        var port = new SocketPort(bus, framing, listener);
        Thread.ofVirtual().name("instruments").start(port::accept);
        return port;
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                if (connections.size() >= MOST_CONNECTIONS) {
                    socket.close();
                    continue;
                }
                connections.add(socket);
                Thread.ofVirtual().name("instruments-connection").start(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed: that is how it ends
        }
    }

    private void serve(Socket socket) {
        RequestParser parser = framing.requests();
        var buffer = new byte[512];
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(SILENCE_MILLIS);
            InputStream input = socket.getInputStream();
            while (true) {
                try {
                    int got = input.read(buffer);
                    if (got < 0) {
                        return;
                    }
                    for (int i = 0; i < got; i++) {
                        answer(parser.accept(buffer[i]), socket.getOutputStream());
                    }
                } catch (SocketTimeoutException silence) {
                    answer(parser.silence(), socket.getOutputStream());
                }
            }
        } catch (IOException e) {
            // the client has gone, or the port was closed
        } finally {
            connections.remove(socket);
        }
    }

    private void answer(List<Heard> requests, OutputStream output) throws IOException {
        for (Heard request : requests) {
            List<Speech> speeches = bus.answer(request, framing, System.nanoTime());
            for (Speech speech : speeches.stream()
                    .sorted(Comparator.comparingLong(Speech::at))
                    .toList()) {
                for (long left = speech.at() - System.nanoTime(); left > 0; left = speech.at() - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                output.write(speech.octets());
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : connections) {
            socket.close();
        }
    }
}
