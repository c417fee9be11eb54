// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.endpoint.Duplex;
import io.postern.cloud.endpoint.EventLoops;
import io.postern.cloud.endpoint.tls.PrivateCa;
import io.postern.cloud.endpoint.tls.ServerTls;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** A real listener on a loopback address of its own, and clients that trust its authority. */
public final class TestListener implements AutoCloseable {
    public static final CloudNames NAMES = new CloudNames("endpoint.test");

    /** One for all tests of this JVM, which remembers where it found a name. */
    private static final String ADDRESS = LoopbackAddress.random();

    private final Vertx vertx = EventLoops.start();
    private final PrivateCa ca;
    private final HttpsListener listener;
    private final HttpClient client;

    private TestListener(Path directory, List<Route> routes, int port) throws IOException, GeneralSecurityException {
        this(directory, routes, Map.of(), OpenConnections.MOST, Duration.ofSeconds(75), port);
    }

    private TestListener(
            Path directory,
            List<Route> routes,
            Map<String, Consumer<Duplex>> webSockets,
            int most,
            Duration idle,
            int port)
            throws IOException, GeneralSecurityException {
        Hosts.write(ADDRESS, NAMES.all().toArray(String[]::new));
        InetAddress listen = InetAddress.getByName(ADDRESS);
        ca = PrivateCa.open(directory, NAMES, listen, InstantSource.system(), new SecureRandom());
        var options = new ServerTls(ca)
                .applyTo(new HttpServerOptions().setHost(ADDRESS).setPort(port));
        listener = HttpsListener.open(
                vertx,
                options,
                routes,
                webSockets,
                new OpenConnections(most, System::nanoTime),
                idle,
                InstantSource.system(),
                new SecureRandom());
        client = HttpClient.newBuilder().sslContext(tls(null)).build();
    }

    public static TestListener open(Path directory, Route... routes) throws IOException, GeneralSecurityException {
        return new TestListener(directory, List.of(routes), 0);
    }

    /** One that also turns connections over to other protocols. */
    static TestListener open(Path directory, Map<String, Consumer<Duplex>> webSockets, Duration idle)
            throws IOException, GeneralSecurityException {
        return new TestListener(directory, List.of(), webSockets, OpenConnections.MOST, idle, 0);
    }

    /** One that closes connections on which nothing is said for {@code idle}, whole seconds. */
    static TestListener impatient(Duration idle, Path directory, Route... routes)
            throws IOException, GeneralSecurityException {
        return new TestListener(directory, List.of(routes), Map.of(), OpenConnections.MOST, idle, 0);
    }

    /** One that takes no more than {@code most} connections. */
    static TestListener holding(int most, Path directory, Route... routes)
            throws IOException, GeneralSecurityException {
        return new TestListener(directory, List.of(routes), Map.of(), most, Duration.ofSeconds(75), 0);
    }

    /** Where official clients look and cannot be talked out of; skips the test of a user who may not open port 443. */
    public static TestListener openAtTheUsualPort(Path directory, Route... routes)
            throws IOException, GeneralSecurityException {
        try {
            return new TestListener(directory, List.of(routes), 443);
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("Permission denied")) {
                throw new TestAbortedException("run as root, or set net.ipv4.ip_unprivileged_port_start=443", e);
            }
            throw e;
        }
    }

    public int port() {
        return listener.port();
    }

    public String address() {
        return ADDRESS;
    }

    public PrivateCa ca() {
        return ca;
    }

    public URI uri(String host, String path) {
        return URI.create("https://" + host + ":" + port() + path);
    }

    /** A request to the hub's name, with a bound on its duration. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(NAMES.hubHost(), path)).timeout(Duration.ofSeconds(20));
    }

    public HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    public HttpClient client() {
        return client;
    }

    /** TLS that trusts this listener's authority and shows {@code certificate}, if any. */
    public SSLContext tls(KeyManager @Nullable [] certificate) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", ca.authority());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificate, trust.getTrustManagers(), null);
        return context;
    }

    /** A bare connection, below TLS. */
    public Socket socket() throws IOException {
        Socket socket = new Socket(ADDRESS, port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** A TLS connection for hand-written HTTP. */
    public Socket tlsSocket() throws IOException, GeneralSecurityException {
        return tlsSocket(null);
    }

    /** A TLS connection that shows {@code certificate}, if any. */
    public Socket tlsSocket(KeyManager @Nullable [] certificate) throws IOException, GeneralSecurityException {
        Socket socket = tls(certificate).getSocketFactory().createSocket(ADDRESS, port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    public void stopListening() {
        listener.close();
    }

    @Override
    public void close() {
        client.shutdownNow();
        listener.close();
        EventLoops.close(vertx);
    }
}
