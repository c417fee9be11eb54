// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;

/** A socket that goes to the address of its server which is to be tried now. */
final class DirectSocket extends Socket {
    static final int LINGER_SECONDS = 1; // a server that answers a close does so within; one that is gone never

    private final Addresses addresses;

    DirectSocket(Addresses addresses) {
        this.addresses = addresses;
    }

    @Override
    public void connect(SocketAddress to) throws IOException {
        connect(to, 0);
    }

    @Override
    public void connect(SocketAddress to, int millis) throws IOException {
        if (!(to instanceof InetSocketAddress server)) {
            throw new IllegalArgumentException("a server has a name and a port, it is not " + to);
        }
        super.connect(new InetSocketAddress(addresses.next(server.getHostString()), server.getPort()), millis);
        setSoLinger(true, LINGER_SECONDS); // TLS waits for a server's last words, and for a write that hangs
    }
}
