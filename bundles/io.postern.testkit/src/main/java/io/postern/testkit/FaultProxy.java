// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between a client and a server and passes on their octets, until it is told to make trouble. It listens at the
 * server's own ports on another address, so that who looks the server up finds the proxy in its place. Behind a {@link
 * ConnectProxy}, whose target it is then, it is the trouble of a site's proxy.
 *
 * <p>A fault holds for the connections that are open and for those that come, until the next; each direction of a
 * connection keeps at most {@value Pipe#ROOM} octets.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int BACKLOG = 1_000; // a crowd that comes back at once is not to be refused by the proxy
    private static final int CONNECT_MILLIS = 5_000;

    private final String server;
    private final String address;
    private final List<ServerSocket> doors = new ArrayList<>();
    private final Set<Relay> relays = ConcurrentHashMap.newKeySet();
    private final AtomicLong attempts = new AtomicLong();
    private volatile NetworkFault fault = new NetworkFault.None();
    private volatile boolean closed;

    /**
     * @param address where to listen, of this machine
     * @param server where to pass on to
     * @param ports of the server
     */
    public FaultProxy(String address, String server, int... ports) {
        this.address = address;
        this.server = server;
        try {
            for (int port : ports) {
                var door = new ServerSocket(port, BACKLOG, InetAddress.getByName(address));
                doors.add(door);
                Thread.startVirtualThread(() -> acceptAll(door));
            }
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("cannot stand before " + server + " at " + address, e);
        }
    }

    public String address() {
        return address;
    }

    /** What holds from now on. */
    public void make(NetworkFault next) {
        fault = next;
        relays.forEach(relay -> relay.meet(next));
    }

    /** No trouble from now on. */
    public void heal() {
        make(new NetworkFault.None());
    }

    /** How many connections were made to it. */
    public long attempts() {
        return attempts.get();
    }

    /** How many connections it carries now. */
    public int open() {
        return relays.size();
    }

    @Override
    public void close() {
        closed = true;
        for (ServerSocket door : doors) {
            Relay.close(door);
        }
        relays.forEach(Relay::cut);
    }

    private void acceptAll(ServerSocket door) {
        while (!door.isClosed()) {
            try {
                Socket client = door.accept();
                attempts.incrementAndGet();
                Thread.startVirtualThread(() -> serve(client, door.getLocalPort()));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(Socket client, int port) {
        if (fault instanceof NetworkFault.Reset) {
            Relay.reset(client);
            return;
        }
        Socket behind = new Socket();
        var relay = new Relay(client, behind, () -> fault);
        relays.add(relay);
        try {
            relay.meet(fault);
            if (closed) {
                throw new IOException("the proxy was closed meanwhile");
            }
            behind.connect(new InetSocketAddress(server, port), CONNECT_MILLIS);
            relay.run();
        } catch (IOException e) {
            relay.cut(); // a server that is away is away to the client
        } finally {
            relays.remove(relay);
        }
    }
}
