// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.azure.sdk.iot.provisioning.device.AdditionalData;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClient;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientSubstatus;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderSymmetricKey;
import com.microsoft.azure.sdk.iot.provisioning.service.ProvisioningServiceClient;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.AllocationPolicy;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.CustomAllocationDefinition;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.DeviceRegistrationState;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.IndividualEnrollment;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.ReprovisionPolicy;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.SymmetricKeyAttestation;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.postern.cloud.dps.allocation.WebhookCaller;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.ServerIdentity;
import io.postern.wire.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both official Java clients, unmodified: one enrolls with a custom allocation, the other reads what came of it. */
@Timeout(60)
class OfficialClientsAllocationIT {
    private static final String HOST = "webhook-official.test";
    private static final int PATIENCE = 30_000; // milliseconds

    @TempDir
    Path directory;

    private final SymmetricKeys keys = SymmetricKeys.random(32, new SecureRandom());
    private HttpsServer webhook;
    private DpsSite site;

    @BeforeEach
    void start() throws Exception {
        String address = LoopbackAddress.random();
        Hosts.write(address, HOST);
        ServerIdentity identity = ServerIdentity.selfSigned(directory, HOST);
        webhook = HttpsServer.create(new InetSocketAddress(address, 0), 0);
        webhook.setHttpsConfigurator(new HttpsConfigurator(identity.serverContext()));
        webhook.createContext("/choose", this::choose);
        webhook.start();
        site = new DpsSite(directory, new WebhookCaller(Set.of(HOST), Optional.of(Files.readString(identity.pem()))));
    }

    @AfterEach
    void stop() {
        webhook.stop(0);
        if (site != null) {
            site.close();
        }
    }

    @Test
    @Tag("DPS-26")
    @Tag("SYS-03")
    void theDeviceSeesSubstatusAndPayloadAndTheServiceReadsBackWhatItSaid() throws Exception {
        var service = new ProvisioningServiceClient(site.serviceConnectionString());
        IndividualEnrollment stored = service.createOrUpdateIndividualEnrollment(enrollment());

        assertThat(stored.getAllocationPolicy()).isEqualTo(AllocationPolicy.CUSTOM);
        assertThat(stored.getIotHubs()).containsExactly(site.hub.name().text());
        assertThat(stored.getCustomAllocationDefinition().getApiVersion()).isEqualTo("2021-10-01");
        assertThat(stored.getReprovisionPolicy().getUpdateHubAssignment()).isTrue();
        assertThat(stored.getReprovisionPolicy().getMigrateDeviceData()).isFalse();

        ProvisioningDeviceClientRegistrationResult result = register();

        assertThat(result.getIothubUri()).isEqualTo(site.hub.name().text());
        assertThat(result.getSubstatus()).isEqualTo(ProvisioningDeviceClientSubstatus.INITIAL_ASSIGNMENT);
        assertThat(Json.parse(result.getProvisioningPayload())).hasToString("{\"model\":\"dtmi:lab:meter;1\"}");
        // the record bears a member that is ours alone
        DeviceRegistrationState record = service.getDeviceRegistrationState("meter-1");
        assertThat(record.getAssignedHub()).isEqualTo(site.hub.name().text());
        DeviceRegistrationState enrolled =
                service.getIndividualEnrollment("meter-1").getDeviceRegistrationState();
        assertThat(enrolled.getAssignedHub()).isEqualTo(record.getAssignedHub());
        assertThat(enrolled.getEtag()).isEqualTo(record.getEtag());
    }

    private IndividualEnrollment enrollment() {
        var definition = new CustomAllocationDefinition();
        definition.setWebhookUrl("https://" + HOST + ":" + webhook.getAddress().getPort() + "/choose");
        definition.setApiVersion("2021-10-01");
        var policy = new ReprovisionPolicy();
        policy.setUpdateHubAssignment(true);
        policy.setMigrateDeviceData(false);
        var enrollment = new IndividualEnrollment(
                "meter-1",
                new SymmetricKeyAttestation(
                        keys.primary().revealBase64(), keys.secondary().revealBase64()));
        enrollment.setAllocationPolicy(AllocationPolicy.CUSTOM);
        enrollment.setIotHubs(List.of(site.hub.name().text()));
        enrollment.setCustomAllocationDefinition(definition);
        enrollment.setReprovisionPolicy(policy);
        return enrollment;
    }

    private ProvisioningDeviceClientRegistrationResult register() throws Exception {
        ProvisioningDeviceClient client = ProvisioningDeviceClient.create(
                site.names.provisioningHost(),
                site.scope(),
                ProvisioningDeviceClientTransportProtocol.HTTPS,
                new SecurityProviderSymmetricKey(
                        keys.primary().revealBase64().getBytes(StandardCharsets.UTF_8), "meter-1"));
        var said = new AdditionalData();
        said.setProvisioningPayload("{\"modelId\":\"dtmi:lab:meter;1\"}");
        try {
            return client.registerDeviceSync(said, PATIENCE);
        } finally {
            client.close();
        }
    }

    /** Takes the first hub and tells the device the model it has told. */
    private void choose(HttpExchange exchange) throws IOException {
        var request = Json.parseObject(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        String model = request.getJsonObject("deviceRuntimeContext")
                .getJsonObject("payload")
                .getString("modelId");
        byte[] answer = Json.object()
                .add("iotHubHostName", request.getJsonArray("linkedHubs").getString(0))
                .add("payload", Json.object().add("model", model))
                .build()
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }
}
