// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.wire.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A socket that connects through a proxy: when it is connected, the octets are those of the server behind. */
final class TunnelSocket extends RecordSocket {
    private static final int LONGEST_PATIENCE = 60_000; // of whoever names none

    private final SiteProxy proxy;

    TunnelSocket(SiteProxy proxy) {
        this.proxy = proxy;
    }

    @Override
    public void connect(SocketAddress to) throws IOException {
        connect(to, 0);
    }

    /**
     * The proxy looks up the name of {@code to}; here it may be unknown.
     *
     * @param millis to reach the proxy, and again for the whole of its answer
     */
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
        Optional<Secret> credentials = Optional.empty();
        try {
            credentials = proxy.pair();
            var in = new Patient(millis > 0 ? millis : LONGEST_PATIENCE);
            switch (proxy.kind()) {
                case HTTP -> ask(in, server.getHostString() + ":" + server.getPort(), credentials);
                case SOCKS5 ->
                    new SocksRequest(proxy.toString(), in, getOutputStream())
                            .open(server.getHostString(), server.getPort(), credentials);
            }
            setSoTimeout(0);
            setSoLinger(true, DirectSocket.LINGER_SECONDS);
        } catch (SocketTimeoutException e) {
            close();
            throw new ConnectException("the proxy " + proxy + " did not answer in time");
        } catch (IOException e) {
            close();
            throw e;
        } finally {
            credentials.ifPresent(Secret::close);
        }
    }

    private void ask(InputStream in, String server, Optional<Secret> credentials) throws IOException {
        String proof = credentials
                .map(pair -> "Proxy-Authorization: Basic " + pair.revealBase64() + "\r\n") // spec: RFC 7617
                .orElse("");
        String request = "CONNECT " + server + " HTTP/1.1\r\nHost: " + server + "\r\n" + proof + "\r\n";
        getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        HttpHead answer = HttpHead.read(in);
        if (answer.status() / 100 != 2) {
            String remedy = answer.status() == 407 || answer.status() == 401 // as some say, against RFC 9110, 11.7.1
                    ? "put user:password into the file of proxyCredentialsFile"
                    : "ask whoever runs it to let " + server + " through";
            throw new ConnectException(
                    "the proxy " + proxy + " opens no way to " + server + ": " + answer.line() + "; " + remedy);
        }
    }

    /** What the proxy says, with one bound for all of it: an octet now and then must not hold anybody up. */
    private final class Patient extends InputStream {
        private final InputStream below = getInputStream();
        private final long end;

        Patient(int millis) throws IOException {
            end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        }

        @Override
        public int read() throws IOException {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new SocketTimeoutException("Read timed out");
            }
            setSoTimeout((int) left);
            return below.read();
        }
    }
}
