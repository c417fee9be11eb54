// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.control;

import io.postern.gateway.provisioning.Pause;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door for who works on this machine: a UNIX socket that only the gateway's own user, and root, can open. One virtual
 * thread takes visitors in, each has one of its own.
 */
final class ControlSocket implements AutoCloseable {
    /** The socket's name in its directory. */
    static final String NAME = "socket";

    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
    private static final int MOST_VISITORS = 4; // a technician, a script or two, and one who forgot to leave
    private static final int LONGEST_PATH = 107; // spec: unix(7), sun_path
    private static final Duration REST = Duration.ofSeconds(1); // when the system has no more file handles
    private static final Duration GOODBYE = Duration.ofSeconds(5);

    private final Path socket;
    private final ServerSocketChannel server;
    private final ControlDesk desk;
    private final Semaphore room = new Semaphore(MOST_VISITORS);
    private final Map<SocketChannel, Thread> visitors = new ConcurrentHashMap<>(); // as many as there is room for
    private volatile boolean closed;
    private final Thread accepting = Thread.ofVirtual().name("control").unstarted(this::accept);

    private ControlSocket(Path socket, ServerSocketChannel server, ControlDesk desk) {
        this.socket = socket;
        this.server = server;
        this.desk = desk;
    }

    /**
     * Opens the socket in {@code directory}, which is made when it is not there and closed to everyone else. What a
     * gateway left behind that did not end well is replaced.
     *
     * @throws IOException when another gateway answers there, or the directory cannot be used
     */
    static ControlSocket open(Path directory, ControlDesk desk) throws IOException {
        Path socket = directory.toAbsolutePath().normalize().resolve(NAME);
        if (socket.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
            throw new IOException("the path of the control socket is longer than " + LONGEST_PATH + " octets: " + socket
                    + "; set controlDirectory to a shorter one");
        }
        prepare(directory);
        removeStale(socket);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket), MOST_VISITORS);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            server.close();
            throw new IOException("cannot open the control socket " + socket + ": " + e.getMessage(), e);
        }
        var opened = new ControlSocket(socket, server, desk);
        opened.accepting.start();
        return opened;
    }

    /**
     * Nothing interrupts the thread that takes visitors in: one that had just been taken would be lost in its hands, with
     * a channel that nobody could close.
     */
    @Override
    public void close() {
        closed = true;
        try {
            server.close();
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("closing the control socket");
        }
        room.release(); // it may wait for that
        visitors.forEach(ControlSocket::sendAway);
        long deadline = System.nanoTime() + GOODBYE.toNanos();
        join(accepting, deadline);
        visitors.values().forEach(thread -> join(thread, deadline));
    }

    private static void sendAway(SocketChannel channel, Thread visit) {
        visit.interrupt(); // closes a channel it waits at
        ControlVisit.closeQuietly(channel);
    }

    private static void prepare(Path directory) throws IOException {
        var owner = PosixFilePermissions.fromString("rwx------");
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(owner));
        }
        Files.setPosixFilePermissions(directory, owner);
    }

    private static void removeStale(Path socket) throws IOException {
        try (SocketChannel other = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            throw new IOException("another gateway is at the control socket " + socket
                    + ": end it, or give this one a state directory of its own (" + other.getRemoteAddress() + ")");
        } catch (java.net.SocketException e) {
            Files.deleteIfExists(socket); // nobody listens there, or there is none
        }
    }

    private void accept() {
        try {
            while (true) {
                room.acquire();
                if (closed) {
                    return;
                }
                try {
                    serve(server.accept());
                } catch (ClosedChannelException e) {
                    return;
                } catch (IOException e) {
                    room.release();
                    LOG.atWarn().setCause(e).log("the control socket could not take a visitor in; going on");
                    Pause.REAL.take(REST);
                }
            }
        } catch (InterruptedException e) {
            LOG.atDebug().log("the control socket is closed");
        }
    }

    private void serve(SocketChannel channel) {
        Thread visit = Thread.ofVirtual().name("control-visit").unstarted(() -> {
            try (channel) {
                new ControlVisit(channel, desk).run();
            } catch (IOException e) {
                LOG.atDebug().setCause(e).log("a visitor at the control socket has gone");
            } catch (InterruptedException e) {
                LOG.atDebug().log("the control socket is closed under a visitor");
            } finally {
                visitors.remove(channel);
                room.release();
            }
        });
        visitors.put(channel, visit);
        visit.start();
        if (closed) { // who was taken in at the last moment may not have been seen by close
            sendAway(channel, visit);
        }
    }

    private static void join(Thread thread, long deadline) {
        try {
            if (!thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
                LOG.atWarn().addKeyValue("thread", thread.getName()).log("a command hangs; not waiting for it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
