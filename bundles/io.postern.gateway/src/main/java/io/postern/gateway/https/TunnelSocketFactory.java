// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;

/** Hands out sockets that connect through a proxy; who uses them puts the TLS of the factory below over them. */
final class TunnelSocketFactory extends PreparingSocketFactory {
    private final HttpProxy proxy;

    TunnelSocketFactory(SSLSocketFactory plain, HttpProxy proxy) {
        super(plain, _ -> {});
        this.proxy = proxy;
    }

    @Override
    public Socket createSocket() {
        return new TunnelSocket(proxy);
    }
}
