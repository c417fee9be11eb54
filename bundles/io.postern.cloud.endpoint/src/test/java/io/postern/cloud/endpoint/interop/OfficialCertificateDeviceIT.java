// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClient;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientStatus;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol;
import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.EnrollmentGroup;
import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.hub.HubEvent;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CertificatePair;
import io.postern.testkit.LabCa;
import io.postern.wire.RegistrationId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From the registration to the first reading with one certificate, through both unmodified device clients. */
@Timeout(60)
class OfficialCertificateDeviceIT {
    private static final int PATIENCE = 30_000; // milliseconds; round trips and the pause the client makes between
    private static final Instant NOW = Instant.now();
    private static final LabCa ROOT = LabCa.root("Plant", NOW);

    @TempDir
    static Path directory;

    private static DpsSite site;

    @BeforeAll
    static void start() throws Exception {
        site = new DpsSite(directory);
    }

    @AfterAll
    static void stop() {
        if (site != null) {
            site.close();
        }
    }

    @Test
    @Tag("DPS-25")
    @Tag("HUB-03")
    @Tag("HUB-19")
    @Tag("HUB-20")
    void aSelfSignedCertificateProvisionsAndConnects() throws Exception {
        LabCa.Holder own = LabCa.selfSigned("meter-s", NOW.minusSeconds(60), NOW.plus(Duration.ofDays(1)));
        site.enroll(IndividualEnrollment.of(
                RegistrationId.of("meter-s"),
                new AttestationMechanism.ClientCertificates(CertificatePair.of(own.certificate()))));

        assertSpeaks(new HeldCertificate("meter-s", own));

        LabCa.Holder other = LabCa.selfSigned("meter-s", NOW.minusSeconds(60), NOW.plus(Duration.ofDays(1)));
        assertThatThrownBy(() -> connected(site.names.hubHost(), new HeldCertificate("meter-s", other)))
                .isInstanceOf(IotHubClientException.class)
                .satisfies(e -> assertThat(
                                ((IotHubClientException) e).getStatusCode().toString())
                        .isEqualTo("UNAUTHORIZED"));
    }

    @Test
    @Tag("DPS-05")
    @Tag("DPS-23")
    @Tag("HUB-03")
    void aCertificateOfAGroupsCaProvisionsAndConnects() throws Exception {
        site.verify("plant", ROOT);
        site.dps
                .groups()
                .create(EnrollmentGroup.of(
                        EnrollmentGroupId.of("all"),
                        new AttestationMechanism.SigningCertificates(
                                new Authority(ROOT.certificate()), Optional.empty())));

        assertSpeaks(
                new HeldCertificate("meter-g", ROOT.intermediate("Line 1", 0).device("meter-g")));
    }

    private static void assertSpeaks(HeldCertificate certificate) throws Exception {
        long before = site.hub.events().last();
        DeviceClient client = connected(assignedHub(certificate), certificate);
        client.sendEvent(new Message("{\"kw\":1}"), PATIENCE);
        client.close();

        HubEvent event = site.hub.events().read(before + 1, 1).getFirst();
        assertThat(event.deviceId().text()).isEqualTo(certificate.getClientCertificateCommonName());
        assertThat(event.authMethod().toJson().getString("type")).isEqualTo("x509ThumbprintSigned");
    }

    private static String assignedHub(HeldCertificate certificate) throws Exception {
        ProvisioningDeviceClient client = ProvisioningDeviceClient.create(
                site.names.provisioningHost(),
                site.scope(),
                ProvisioningDeviceClientTransportProtocol.HTTPS,
                certificate);
        try {
            ProvisioningDeviceClientRegistrationResult result = client.registerDeviceSync(PATIENCE);
            assertThat(result.getProvisioningDeviceClientStatus())
                    .isEqualTo(ProvisioningDeviceClientStatus.PROVISIONING_DEVICE_STATUS_ASSIGNED);
            return result.getIothubUri();
        } finally {
            client.close();
        }
    }

    private static DeviceClient connected(String hub, HeldCertificate certificate) throws Exception {
        String device = certificate.getClientCertificateCommonName();
        ClientOptions options =
                ClientOptions.builder().sslContext(certificate.getSSLContext()).build();
        var client = new DeviceClient(
                "HostName=" + hub + ";DeviceId=" + device + ";x509=true", IotHubClientProtocol.MQTT, options);
        client.open(false);
        return client;
    }
}
