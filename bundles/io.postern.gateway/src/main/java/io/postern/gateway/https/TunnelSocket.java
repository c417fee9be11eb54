// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;

/** A socket that connects through a proxy: when it is connected, the octets are those of the server behind. */
final class TunnelSocket extends Socket {
    private final HttpProxy proxy;

    TunnelSocket(HttpProxy proxy) {
        this.proxy = proxy;
    }

    @Override
    public void connect(SocketAddress to) throws IOException {
        connect(to, 0);
    }

    /** The proxy looks up the name of {@code to}; here it may be unknown. */
    @Override
    public void connect(SocketAddress to, int millis) throws IOException {
        if (!(to instanceof InetSocketAddress server)) {
            throw new IllegalArgumentException("a proxy connects to hosts, not to " + to);
        }
        var address = new InetSocketAddress(proxy.host(), proxy.port());
        if (address.isUnresolved()) {
            throw new UnknownHostException("the proxy " + proxy.host());
        }
        super.connect(address, millis);
        try {
            setSoTimeout(millis);
            ask(server.getHostString() + ":" + server.getPort());
            setSoTimeout(0);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void ask(String server) throws IOException {
        String request = "CONNECT " + server + " HTTP/1.1\r\nHost: " + server + "\r\n"
                + proxy.authorization().orElse("") + "\r\n";
        getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        HttpHead answer = HttpHead.read(getInputStream());
        if (answer.status() / 100 != 2) {
            String remedy = answer.status() == 407
                    ? "put user:password into the file of proxyCredentialsFile"
                    : "ask whoever runs it to let " + server + " through";
            throw new ConnectException(
                    "the proxy " + proxy + " opens no way to " + server + ": " + answer.line() + "; " + remedy);
        }
    }
}
