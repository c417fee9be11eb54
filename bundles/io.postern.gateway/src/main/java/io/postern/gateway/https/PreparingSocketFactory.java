// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;

/** Does something to each socket of another factory before it is used, for example keeps it to TLS 1.2 and later. */
public class PreparingSocketFactory extends SSLSocketFactory {
    private final SSLSocketFactory plain;
    private final Preparation preparation;

    /** What is done to a socket; it is not connected yet when {@code createSocket()} made it. */
    @FunctionalInterface
    public interface Preparation {
        void prepare(Socket socket) throws IOException;
    }

    public PreparingSocketFactory(SSLSocketFactory plain, Preparation preparation) {
        this.plain = plain;
        this.preparation = preparation;
    }

    @Override
    public Socket createSocket() throws IOException {
        return prepared(plain.createSocket());
    }

    @Override
    public Socket createSocket(Socket below, String host, int port, boolean autoClose) throws IOException {
        return prepared(plain.createSocket(below, host, port, autoClose));
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return prepared(plain.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort) throws IOException {
        return prepared(plain.createSocket(host, port, from, fromPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return prepared(plain.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) throws IOException {
        return prepared(plain.createSocket(host, port, from, fromPort));
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return plain.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return plain.getSupportedCipherSuites();
    }

    private Socket prepared(Socket socket) throws IOException {
        preparation.prepare(socket);
        return socket;
    }
}
