// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Keeps the plain socket that TLS is laid over.
 *
 * <p>It offers no unconnected sockets, so {@link javax.net.ssl.HttpsURLConnection} makes a plain one itself and asks
 * for TLS on top of it: the documented fallback of {@link javax.net.SocketFactory#createSocket()}.
 */
final class RememberingTls extends SSLSocketFactory {
    private final SSLSocketFactory tls;
    private volatile Socket plain = new Socket(); // an unconnected one until TLS is asked for

    RememberingTls(SSLSocketFactory tls) {
        this.tls = tls;
    }

    Socket plain() {
        return plain;
    }

    @Override
    public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
        plain = socket;
        return tls.createSocket(socket, host, port, autoClose);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return createSocket(new Socket(host, port), host, port, true);
    }

    @Override
    public Socket createSocket(InetAddress address, int port) throws IOException {
        return createSocket(new Socket(address, port), address.getHostName(), port, true);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket(new Socket(host, port, local, localPort), host, port, true);
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress local, int localPort) throws IOException {
        return createSocket(new Socket(address, port, local, localPort), address.getHostName(), port, true);
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return tls.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return tls.getSupportedCipherSuites();
    }
}
