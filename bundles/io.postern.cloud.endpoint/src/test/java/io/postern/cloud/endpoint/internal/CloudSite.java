// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import io.postern.cloud.dps.DpsSettings;
import io.postern.cloud.dps.InProcessHub;
import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.endpoint.http.Monitoring;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.hub.diagnostics.OperationJournal;
import io.postern.cloud.hub.diagnostics.OperationSettings;
import io.postern.cloud.routes.Routes;
import io.postern.cloud.store.DataDirectory;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.tokens.TokenService;
import io.postern.cloud.tokens.TokenServices;
import io.postern.cloud.tokens.TokenSettings;
import io.postern.cloud.users.UserDirectory;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Hosts;
import io.postern.testkit.LabCa;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** A whole cloud side in this JVM, put together as its component does it, on a loopback address of its own. */
final class CloudSite implements AutoCloseable {
    static final CloudNames NAMES = new CloudNames("site.test");
    static final String ADDRESS = LoopbackAddress.random(); // one a JVM, which remembers where it found a name

    private final Path directory;
    private final SecureRandom random = new SecureRandom();
    private final Database database;
    private final OperationJournal operations;
    private final Hubs hubs;
    private Monitoring monitoring = Monitoring.NONE;
    private final List<DataDirectory.Vault> vaults = new ArrayList<>();
    private final ProvisioningService provisioning;
    private final TokenServices tokens;
    private Optional<CloudEndpoint> endpoint = Optional.empty();

    /** @param further names of hubs beside the default one, without the domain */
    CloudSite(Path directory, String... further) throws IOException {
        this(directory, new Chances(UnaryOperator.identity(), System::nanoTime, new SecureRandom()), further);
    }

    /** What a test may want otherwise in the provisioning service: its settings, its monotonic clock, its chance. */
    record Chances(UnaryOperator<DpsSettings> settings, LongSupplier nanoTime, SecureRandom random) {}

    CloudSite(Path directory, Chances dps, String... further) throws IOException {
        InstantSource clock = InstantSource.system();
        this.directory = directory;
        List<HubName> names = Stream.concat(Stream.of("hub"), Stream.of(further))
                .map(name -> HubName.of(name + "." + NAMES.domain()))
                .toList();
        Hosts.write(ADDRESS, NAMES.with(names).all().toArray(String[]::new));
        database = Databases.open(directory.resolve("cloud.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, random);
        operations =
                OperationJournal.open(OperationSettings.in(directory.resolve("operations")), clock, System::nanoTime);
        hubs = openHubs(names);
        provisioning = new ProvisioningService(
                dps.settings().apply(DpsSettings.of(NAMES.serviceHost(), NAMES.provisioningHost())),
                database,
                sealer,
                new InProcessHub(hubs.standard()),
                clock,
                dps.nanoTime(),
                dps.random());
        tokens = TokenServices.of(TokenSettings.DEFAULTS, hubs, database, clock, System::nanoTime, random);
    }

    CloudEndpoint start(int httpsPort, int mqttPort) throws IOException {
        return start(ADDRESS, NAMES.domain(), new EndpointPorts(httpsPort, mqttPort, 0));
    }

    CloudEndpoint start(String address, String domain, EndpointPorts ports) throws IOException {
        var settings = EndpointSettings.of(address, ports, domain, directory.toString());
        CloudEndpoint started = CloudEndpoint.start(settings, services(), InstantSource.system(), random);
        endpoint = Optional.of(started);
        return started;
    }

    CloudEndpoint endpoint() {
        return endpoint.orElseThrow();
    }

    /** What is said at {@code /metrics}, for sites that start after this. */
    void monitored(Monitoring by) {
        monitoring = by;
    }

    Path operationLog() {
        return directory.resolve("operations").resolve("operations.log");
    }

    OperationJournal operations() {
        return operations;
    }

    ProvisioningService provisioning() {
        return provisioning;
    }

    Hub hub() {
        return hubs.standard();
    }

    Hubs hubs() {
        return hubs;
    }

    private CloudServices services() {
        var users = UserDirectory.open(
                database,
                hubs,
                provisioning.defaultTenant(),
                Duration.ofHours(8),
                InstantSource.system(),
                System::nanoTime,
                random);
        return new CloudServices(hubs, provisioning, tokens, users, new Routes(), monitoring);
    }

    TokenService tokens() {
        return tokens.standard();
    }

    TokenServices tokenServices() {
        return tokens;
    }

    Path connectionFile() {
        return directory.resolve("connection.json");
    }

    /** An operator who knows the connection file and nothing else. */
    Client client() throws IOException, GeneralSecurityException {
        return client(Optional.empty());
    }

    /** @param shown the certificate it shows in the TLS handshake */
    Client client(Optional<LabCa.Holder> shown) throws IOException, GeneralSecurityException {
        return new Client(Json.parseObject(Files.readString(connectionFile())), shown);
    }

    @Override
    public void close() {
        endpoint.ifPresent(CloudEndpoint::close);
        hubs.all().forEach(Hub::close);
        vaults.forEach(DataDirectory.Vault::close);
        database.close();
        operations.close();
    }

    private Hubs openHubs(List<HubName> names) throws IOException {
        var data = new DataDirectory(directory, random);
        List<Hub> opened = new ArrayList<>();
        for (HubName name : names) {
            DataDirectory.Vault vault = data.open(name.text());
            vaults.add(vault);
            opened.add(Hub.open(
                    HubSettings.of(name),
                    vault.database(),
                    vault.sealer(),
                    operations,
                    InstantSource.system(),
                    random));
        }
        return new Hubs(opened);
    }

    /** Speaks HTTPS as the owner of the hub. */
    static final class Client implements AutoCloseable {
        private static final Pattern CONNECTION =
                Pattern.compile("HostName=([^;]+);SharedAccessKeyName=([^;]+);SharedAccessKey=(.+)");

        private final JsonObject connection;
        private final SSLContext tls;
        private final HttpClient http;

        private Client(JsonObject connection, Optional<LabCa.Holder> shown)
                throws IOException, GeneralSecurityException {
            this.connection = connection;
            this.tls = trusting(Path.of(connection.getString("caFile")), shown);
            this.http = HttpClient.newBuilder().sslContext(tls).build();
        }

        SSLContext tls() {
            return tls;
        }

        /** @param headers names and values; an Authorization among them replaces the owner's */
        HttpResponse<String> send(String method, String host, String path, String body, String... headers)
                throws IOException, InterruptedException {
            HttpRequest.Builder request = request(host, path).method(method, HttpRequest.BodyPublishers.ofString(body));
            for (int i = 0; i < headers.length; i += 2) {
                request.setHeader(headers[i], headers[i + 1]);
            }
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }

        JsonObject firstEvent() throws IOException, InterruptedException {
            HttpRequest request =
                    request(connection.getString("hubHost"), "/events?from=1").build();
            try (var body = http.send(request, HttpResponse.BodyHandlers.ofInputStream())
                            .body();
                    var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
                return lines.lines()
                        .filter(line -> line.startsWith("data: "))
                        .map(line -> Json.parseObject(line.substring("data: ".length())))
                        .findFirst()
                        .orElseThrow();
            }
        }

        private HttpRequest.Builder request(String host, String path) {
            int port = connection.getJsonObject("ports").getInt("https");
            return HttpRequest.newBuilder(URI.create("https://" + host + ":" + port + path))
                    .timeout(Duration.ofSeconds(20))
                    .header("Authorization", ownerToken());
        }

        private String ownerToken() {
            Matcher part = CONNECTION.matcher(connection.getString("hubConnectionString"));
            if (!part.matches()) {
                throw new AssertionError("not a connection string");
            }
            Secret key = Secret.base64(part.group(3));
            return SasToken.sign(
                            ResourceUri.hub(HubName.of(part.group(1))),
                            Instant.now().plusSeconds(600),
                            Optional.of(part.group(2)),
                            key::hmacSha256)
                    .text()
                    .revealUtf8();
        }

        private static SSLContext trusting(Path caFile, Optional<LabCa.Holder> shown)
                throws IOException, GeneralSecurityException {
            var root = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(caFile)));
            return ClientTls.context(root, shown);
        }

        @Override
        public void close() {
            http.shutdownNow();
        }
    }
}
