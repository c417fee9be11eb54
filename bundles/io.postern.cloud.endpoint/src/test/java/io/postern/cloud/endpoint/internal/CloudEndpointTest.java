// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.ServicePolicy;
import io.postern.cloud.dps.TenantName;
import io.postern.cloud.dps.TenantReply;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.SharedAccessPolicies.KeySlot;
import io.postern.lab.amqp.AmqpCrowd;
import io.postern.lab.amqp.Frames;
import io.postern.testkit.Hosts;
import io.postern.wire.ConnectionString;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CloudEndpointTest {
    private static final EndpointPorts ANY = new EndpointPorts(0, 0, 0);

    @TempDir
    Path directory;

    private CloudSite site;

    @BeforeEach
    void open() throws IOException {
        site = new CloudSite(directory);
    }

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void theConnectionFileTellsEverythingAnOperatorNeedsAndOnlyHim() throws Exception {
        CloudEndpoint endpoint = site.start(0, 0);
        JsonObject connection = Json.parseObject(Files.readString(site.connectionFile()));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(site.connectionFile())))
                .isEqualTo("rw-------");
        assertThat(connection.getString("idScope"))
                .isEqualTo(site.provisioning().defaultTenant().idScope().text());
        assertThat(connection.getString("provisioningHost")).isEqualTo("provisioning.site.test");
        assertThat(connection.getString("serviceHost")).isEqualTo("service.site.test");
        assertThat(connection.getString("hubHost")).isEqualTo("hub.site.test");
        assertThat(connection.getString("tokenHost")).isEqualTo("tokens.site.test");
        assertThat(connection.getString("dpsConnectionString"))
                .startsWith("HostName=service.site.test;SharedAccessKeyName=provisioningserviceowner;SharedAccessKey=");
        assertThat(connection.getString("hubConnectionString"))
                .startsWith("HostName=hub.site.test;SharedAccessKeyName=iothubowner;SharedAccessKey=");
        assertThat(connection.getString("address")).isEqualTo(CloudSite.ADDRESS);
        assertThat(connection.getJsonObject("ports").getInt("https")).isEqualTo(endpoint.httpsPort());
        assertThat(connection.getJsonObject("ports").getInt("mqtt")).isEqualTo(endpoint.mqttPort());
        assertThat(connection.getJsonObject("ports").getInt("amqp")).isEqualTo(endpoint.amqpPort());
        assertThat(Path.of(connection.getString("caFile"))).isRegularFile();
        assertThat(Path.of(connection.getString("hostsFile")))
                .content()
                .contains(CloudSite.ADDRESS + " hub.site.test\n", CloudSite.ADDRESS + " tokens.site.test\n");
    }

    @Test
    @Tag("DPS-14")
    void aTenantMadeMeanwhileIsReachedUnderItsOwnNameWithoutARestart() throws Exception {
        String host = "north-service.site.test";
        Hosts.write(CloudSite.ADDRESS, host);
        site.start(0, 0);
        Path hosts = Path.of(connection().getString("hostsFile"));
        assertThat(hosts).content().doesNotContain(host);
        ProvisioningTenant tenant =
                ((TenantReply.Created) site.provisioning().tenants().create(new TenantName("north"))).tenant();
        String token = SasToken.sign(
                        ResourceUri.of(host),
                        Instant.now().plusSeconds(60),
                        Optional.of(ServicePolicy.OWNER),
                        tenant.policies().owner().keys().primary()::hmacSha256)
                .text()
                .revealUtf8();

        try (CloudSite.Client client = site.client()) {
            var answer = client.send("GET", host, "/settings", "", "Authorization", token);
            assertThat(answer.body()).contains(tenant.idScope().text());
        }
        assertThat(hosts).content().contains(CloudSite.ADDRESS + " " + host + "\n");
        site.provisioning().tenants().delete(tenant.name());
        assertThat(hosts).content().doesNotContain(host);
    }

    /** The port as it is shipped, not only the service side by itself, takes an operator's command. */
    @Test
    @Tag("HUB-27")
    void theServiceSideIsServedOnTheAmqpPort() throws Exception {
        var meter = DeviceId.of("meter-1");
        site.hub().identities().create(IdentityDraft.of(meter));
        CloudEndpoint endpoint = site.start(0, 0);
        ConnectionString owner = ConnectionString.parse(connection().getString("hubConnectionString"));

        try (CloudSite.Client client = site.client();
                var service = new AmqpCrowd(client.tls(), owner.host(), endpoint.amqpPort())) {
            int status =
                    service.put(owner.host(), owner.token(Instant.now()).text().revealUtf8());
            assertThat(status).isEqualTo(200);
            service.attach("service", "/messages/devicebound");
            service.sendRaw("service", Frames.command("/devices/meter-1/messages/devicebound", "open"));
            service.awaitAnswers();

            assertThat(service.detached()).isEmpty();
            assertThat(service.accepted()).containsEntry("service", 1);
        }
        assertThat(site.hub().commands().pending(meter)).isEqualTo(1);
    }

    @Test
    void theConnectionFileBearsTheOwnersKeyOfTheMoment() throws Exception {
        site.start(0, 0);
        String before = connection().getString("dpsConnectionString");

        site.provisioning().defaultTenant().policies().regenerate(ServicePolicy.OWNER, KeySlot.PRIMARY);

        assertThat(connection().getString("dpsConnectionString"))
                .isNotEqualTo(before)
                .endsWith(site.provisioning()
                        .defaultTenant()
                        .policies()
                        .owner()
                        .keys()
                        .primary()
                        .revealBase64());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(site.connectionFile())))
                .isEqualTo("rw-------");
    }

    private JsonObject connection() throws IOException {
        return Json.parseObject(Files.readString(site.connectionFile()));
    }

    @Test
    void allListenersListenWhenTheFileIsThereAndNoneAfterTheEnd() throws Exception {
        CloudEndpoint endpoint = site.start(0, 0);
        assertThat(site.connectionFile()).exists();
        for (int port : new int[] {endpoint.httpsPort(), endpoint.mqttPort(), endpoint.amqpPort()}) {
            new Socket(CloudSite.ADDRESS, port).close();
        }

        endpoint.close();
        for (int port : new int[] {endpoint.httpsPort(), endpoint.mqttPort(), endpoint.amqpPort()}) {
            assertThatThrownBy(() -> new Socket(CloudSite.ADDRESS, port).close())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aPortInUseIsNamedWithWhatToDoAndNothingStaysOpen() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(CloudSite.ADDRESS))) {
            int port = taken.getLocalPort();
            Files.writeString(site.connectionFile(), "of the last run");

            assertThatThrownBy(() -> site.start(port, 0))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(CloudSite.ADDRESS + " port " + port)
                    .hasMessageContaining("ss -ltnp")
                    .hasMessageContaining("httpsPort");
            assertThatThrownBy(() -> site.start(0, port)).hasMessageContaining("mqttPort");
            assertThatThrownBy(() ->
                            site.start(CloudSite.ADDRESS, CloudSite.NAMES.domain(), new EndpointPorts(0, 0, port)))
                    .hasMessageContaining("amqpPort");
            assertThat(site.connectionFile()).doesNotExist();
        }
    }

    @Test
    void anAddressOfAnotherMachineIsNamedWithWhatToDo() {
        assertThatThrownBy(() -> site.start("192.0.2.1", CloudSite.NAMES.domain(), ANY)) // RFC 5737: nobody's
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
        assertThatThrownBy(() -> site.start(CloudSite.ADDRESS, "other.test", ANY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hubName")
                .hasMessageContaining("hub.other.test");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 70000, 0, 0, a.test, /data, httpsPort",
        "127.0.0.1, 0, -1, 0, a.test, /data, mqttPort",
        "127.0.0.1, 0, 0, 65536, a.test, /data, amqpPort",
        "127.0.0.1, 0, 0, 0, nodot, /data, domain",
        "127.0.0.1, 0, 0, 0, a.test, ' ', directory",
        "300.1.1.1, 0, 0, 0, a.test, /data, listen"
    })
    void settingsNameTheKeyThatIsWrong(
            String listen, int https, int mqtt, int amqp, String domain, String data, String key) {
        assertThatThrownBy(() -> EndpointSettings.of(listen, new EndpointPorts(https, mqtt, amqp), domain, data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("io.postern.cloud.endpoint: " + key);
    }
}
