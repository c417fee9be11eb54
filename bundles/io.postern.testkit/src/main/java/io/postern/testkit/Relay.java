// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** One connection of a {@link FaultProxy}: two sockets and the octets between them. */
final class Relay {
    private static final Duration LOOK = Duration.ofMillis(20);

    private final Socket client;
    private final Socket server;
    private final Supplier<NetworkFault> fault;
    private final long opened = System.nanoTime();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger silent = new AtomicInteger();
    private volatile long passed = System.nanoTime();
    private volatile boolean vanished;

    Relay(Socket client, Socket server, Supplier<NetworkFault> fault) {
        this.client = client;
        this.server = server;
        this.fault = fault;
    }

    /** Carries octets until either side ends, as far as faults let it be heard. */
    void run() throws IOException {
        Thread.startVirtualThread(new Pipe(this, client, server, 0x10)::run);
        Thread.startVirtualThread(new Pipe(this, server, client, 0x20)::run);
        try {
            while (!over.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                boolean due =
                        switch (fault.get()) {
                            case NetworkFault.CutAfter(Duration age) -> now - opened > age.toNanos();
                            case NetworkFault.CutWhenSilent(Duration silence) -> now - passed > silence.toNanos();
                            default -> false;
                        };
                if (due) {
                    cut();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cut();
        }
    }

    /** A fault begins. */
    void meet(NetworkFault begun) {
        if (begun instanceof NetworkFault.HalfOpen) {
            vanished = true;
        }
        if (begun instanceof NetworkFault.Reset) {
            reset(client);
            reset(server);
            over.countDown();
        }
    }

    NetworkFault fault() {
        return vanished ? new NetworkFault.HalfOpen() : fault.get();
    }

    boolean isOver() {
        return over.getCount() == 0;
    }

    /** One direction has nothing more to carry and may not say so. */
    void fellSilent() {
        if (silent.incrementAndGet() == 2) {
            cut(); // nobody is left who could hear of it
        }
    }

    /** Octets have passed. */
    void passed() {
        passed = System.nanoTime();
    }

    /** Waits a moment; false when the connection has ended meanwhile. */
    boolean pause(Duration atMost) throws InterruptedException {
        return !over.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends it in order, to both sides. */
    void cut() {
        close(client);
        close(server);
        over.countDown();
    }

    static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0); // RST in the place of FIN
        } catch (IOException e) {
            // gone already
        }
        close(socket);
    }

    static void close(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            // gone already
        }
    }
}
