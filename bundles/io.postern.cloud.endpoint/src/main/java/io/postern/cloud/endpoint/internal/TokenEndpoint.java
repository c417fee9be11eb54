// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.endpoint.EventLoops;
import io.postern.cloud.endpoint.ProtectedFile;
import io.postern.cloud.endpoint.http.ErrorReplies;
import io.postern.cloud.endpoint.http.HttpsListener;
import io.postern.cloud.endpoint.http.HubWays;
import io.postern.cloud.endpoint.http.TokenRoute;
import io.postern.cloud.endpoint.tls.GivenCertificate;
import io.postern.cloud.endpoint.tls.PrivateCa;
import io.postern.cloud.endpoint.tls.ServerTls;
import io.postern.cloud.tokens.TokenServices;
import io.postern.wire.ConnectionString;
import io.postern.wire.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTPS listener of a token service that runs alone, without a hub and without a provisioning service. */
final class TokenEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TokenEndpoint.class);

    private final Vertx vertx;
    private final HttpsListener https;

    private TokenEndpoint(Vertx vertx, HttpsListener https) {
        this.vertx = vertx;
        this.https = https;
    }

    /** A certificate that somebody else issued, and its key. */
    record Given(Path certificates, Path key) {}

    /**
     * Starts the listener and, when it listens, writes the connection file.
     *
     * @param settings its HTTPS port counts alone
     * @param given absent: a CA of this service's own, as a whole cloud has one
     * @throws IOException when the port cannot be had or a file not be read or written, saying what to do
     */
    static TokenEndpoint start(
            EndpointSettings settings,
            Optional<Given> given,
            TokenServices tokens,
            InstantSource clock,
            SecureRandom random)
            throws IOException {
        Path connection = settings.directory().resolve("connection.json");
        Files.deleteIfExists(connection); // whoever waits for the file must not find that of the last run
        Optional<PrivateCa> ca = given.isPresent()
                ? Optional.empty()
                : Optional.of(PrivateCa.open(
                        settings.directory().resolve("tls"), settings.names(), settings.listen(), clock, random));
        ServerTls tls = ca.isPresent() ? new ServerTls(ca.get()) : new ServerTls(opened(given.orElseThrow()));
        TokenEndpoint endpoint = listen(settings, tls, tokens, clock, random);
        try {
            announce(settings, connection, endpoint.httpsPort(), ca.map(PrivateCa::caFile), tokens);
            return endpoint;
        } catch (IOException | RuntimeException e) {
            endpoint.close();
            throw e;
        }
    }

    private static GivenCertificate opened(Given given) throws IOException {
        return GivenCertificate.open(given.certificates(), given.key());
    }

    private static TokenEndpoint listen(
            EndpointSettings settings, ServerTls tls, TokenServices tokens, InstantSource clock, SecureRandom random)
            throws IOException {
        var route =
                new TokenRoute(tokens, settings.names().tokenHost(), HubWays.USUAL, new ErrorReplies(clock, random));
        String address = settings.listen().getHostAddress();
        int port = settings.ports().https();
        Vertx vertx = EventLoops.start();
        try {
            var options = tls.applyTo(new HttpServerOptions().setHost(address).setPort(port));
            return new TokenEndpoint(vertx, HttpsListener.open(vertx, options, List.of(route), clock, random));
        } catch (IOException e) {
            EventLoops.close(vertx);
            throw PortAdvice.explain(e, address, port, "httpsPort");
        } catch (RuntimeException e) {
            EventLoops.close(vertx);
            throw e;
        }
    }

    /** The operator's key is in it: readable by its owner alone. */
    private static void announce(
            EndpointSettings settings, Path file, int port, Optional<Path> caFile, TokenServices tokens)
            throws IOException {
        CloudNames names = settings.names();
        Path hosts = settings.directory().resolve("hosts");
        ProtectedFile.writeReadable(hosts, settings.reachedAt() + " " + names.tokenHost() + "\n");
        JsonObjectBuilder json = Json.object()
                .add("tokenHost", names.tokenHost())
                .add("hubHost", tokens.standard().hub().text())
                .add("hostsFile", hosts.toString())
                .add("address", settings.reachedAt())
                .add("ports", Json.object().add("https", port));
        caFile.ifPresent(ca -> json.add("caFile", ca.toString()));
        tokens.standard()
                .operatorConnection()
                .map(TokenEndpoint::text)
                .ifPresent(operator -> json.add("tokenConnectionString", operator));
        ProtectedFile.writeOwnerOnly(file, Json.pretty(json.build()) + "\n");
        LOG.atInfo()
                .addKeyValue("address", settings.listen().getHostAddress())
                .addKeyValue("httpsPort", port)
                .addKeyValue("hub", tokens.standard().hub())
                .addKeyValue("connectionFile", file)
                .log("token service ready");
    }

    private static String text(ConnectionString operator) {
        return new ConnectionFile.Key(operator.host(), operator.keyName(), operator.key()).connectionString();
    }

    int httpsPort() {
        return https.port();
    }

    @Override
    public void close() {
        https.close();
        EventLoops.close(vertx);
    }
}
