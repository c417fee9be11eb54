// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.dps.DpsSettings;
import io.postern.cloud.dps.InProcessHub;
import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.endpoint.CloudNames;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.tokens.TokenService;
import io.postern.cloud.tokens.TokenSettings;
import io.postern.testkit.LoopbackAddress;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CloudEndpointTest {
    private static final CloudNames NAMES = new CloudNames("plant.test");

    private final String address = LoopbackAddress.random();
    private final SecureRandom random = new SecureRandom();

    @TempDir
    Path directory;

    private Database database;
    private Hub hub;
    private ProvisioningService provisioning;
    private TokenService tokens;

    @BeforeEach
    void open() throws IOException {
        InstantSource clock = InstantSource.system();
        database = Database.open(directory.resolve("cloud.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, random);
        hub = Hub.open(HubSettings.of(NAMES.hub()), database, sealer, clock, random);
        provisioning = new ProvisioningService(
                DpsSettings.of(NAMES.serviceHost(), NAMES.provisioningHost()),
                database,
                sealer,
                new InProcessHub(hub),
                clock,
                System::nanoTime,
                random);
        tokens = TokenService.of(TokenSettings.DEFAULTS, hub, database, clock, System::nanoTime, random);
    }

    @AfterEach
    void close() {
        hub.close();
        database.close();
    }

    @Test
    void theConnectionFileTellsEverythingAnOperatorNeedsAndOnlyHim() throws Exception {
        try (CloudEndpoint endpoint = start(0, 0)) {
            Path file = directory.resolve("connection.json");
            JsonObject connection = Json.parseObject(Files.readString(file));

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(connection.getString("idScope"))
                    .isEqualTo(provisioning.idScope().text());
            assertThat(connection.getString("provisioningHost")).isEqualTo("provisioning.plant.test");
            assertThat(connection.getString("serviceHost")).isEqualTo("service.plant.test");
            assertThat(connection.getString("hubHost")).isEqualTo("hub.plant.test");
            assertThat(connection.getString("tokenHost")).isEqualTo("tokens.plant.test");
            assertThat(connection.getString("dpsConnectionString"))
                    .startsWith(
                            "HostName=service.plant.test;SharedAccessKeyName=provisioningserviceowner;SharedAccessKey=");
            assertThat(connection.getString("hubConnectionString"))
                    .startsWith("HostName=hub.plant.test;SharedAccessKeyName=iothubowner;SharedAccessKey=");
            assertThat(connection.getString("address")).isEqualTo(address);
            assertThat(connection.getJsonObject("ports").getInt("https")).isEqualTo(endpoint.httpsPort());
            assertThat(Path.of(connection.getString("caFile"))).isRegularFile();
            assertThat(Path.of(connection.getString("hostsFile")))
                    .content()
                    .contains(address + " hub.plant.test\n", address + " tokens.plant.test\n");
        }
    }

    @Test
    void bothListenersListenWhenTheFileIsThere() throws Exception {
        try (CloudEndpoint endpoint = start(0, 0)) {
            assertThat(directory.resolve("connection.json")).exists();
            for (int port : new int[] {endpoint.httpsPort(), endpoint.mqttPort()}) {
                new Socket(address, port).close();
            }
        }
    }

    @Test
    void aPortInUseIsNamedWithWhatToDoAndNothingStaysOpen() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> start(port, 0))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(address + " port " + port)
                    .hasMessageContaining("ss -ltnp")
                    .hasMessageContaining("httpsPort");
            assertThatThrownBy(() -> start(0, port)).hasMessageContaining("mqttPort");
            assertThat(directory.resolve("connection.json")).doesNotExist();
        }
    }

    @Test
    void anAddressOfAnotherMachineIsNamedWithWhatToDo() {
        assertThatThrownBy(() -> CloudEndpoint.start(
                        EndpointSettings.of(
                                "192.0.2.1", 0, 0, "plant.test", directory.toString()), // RFC 5737: no one's
                        hub,
                        provisioning,
                        tokens,
                        InstantSource.system(),
                        random))
                .hasMessageContaining("192.0.2.1")
                .hasMessageContaining("set listen");
    }

    @Test
    void aRefusedPortTellsWhichRightIsMissing() {
        var refused = new IOException("Permission denied");
        assertThat(PortAdvice.explain(refused, "0.0.0.0", 443, "httpsPort"))
                .hasMessageContaining("0.0.0.0 port 443")
                .hasMessageContaining("CAP_NET_BIND_SERVICE")
                .hasCause(refused);
    }

    @Test
    void servicesUnderOtherNamesThanTheListenersServeAreAConfigurationError() {
        assertThatThrownBy(() -> CloudEndpoint.start(
                        EndpointSettings.of(address, 0, 0, "other.test", directory.toString()),
                        hub,
                        provisioning,
                        tokens,
                        InstantSource.system(),
                        random))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hubName")
                .hasMessageContaining("hub.other.test");
    }

    @Test
    void settingsNameTheKeyThatIsWrong() {
        assertThatThrownBy(() -> EndpointSettings.of("127.0.0.1", 70_000, 0, "a.test", "/tmp"))
                .hasMessageContaining("httpsPort");
        assertThatThrownBy(() -> EndpointSettings.of("127.0.0.1", 0, -1, "a.test", "/tmp"))
                .hasMessageContaining("mqttPort");
        assertThatThrownBy(() -> EndpointSettings.of("127.0.0.1", 0, 0, "nodot", "/tmp"))
                .hasMessageContaining("domain");
        assertThatThrownBy(() -> EndpointSettings.of("127.0.0.1", 0, 0, "a.test", " "))
                .hasMessageContaining("directory");
        assertThatThrownBy(() -> EndpointSettings.of("300.1.1.1", 0, 0, "a.test", "/tmp"))
                .hasMessageContaining("listen");
    }

    private CloudEndpoint start(int httpsPort, int mqttPort) throws IOException {
        return CloudEndpoint.start(
                EndpointSettings.of(address, httpsPort, mqttPort, NAMES.domain(), directory.toString()),
                hub,
                provisioning,
                tokens,
                InstantSource.system(),
                random);
    }
}
