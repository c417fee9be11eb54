// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import java.net.Socket;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;

/** Hands out sockets that find the way by themselves; who uses them puts the TLS of the factory below over them. */
final class WayfindingSocketFactory extends PreparingSocketFactory {
    private final Supplier<? extends Socket> sockets;

    WayfindingSocketFactory(SSLSocketFactory plain, Supplier<? extends Socket> sockets) {
        super(plain, _ -> {});
        this.sockets = sockets;
    }

    @Override
    public Socket createSocket() {
        return sockets.get();
    }
}
