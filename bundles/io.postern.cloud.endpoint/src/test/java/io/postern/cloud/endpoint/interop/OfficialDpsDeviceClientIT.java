// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.provisioning.device.AdditionalData;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClient;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientStatus;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientSubstatus;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderSymmetricKey;
import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.dps.ProvisioningStatus;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The unmodified provisioning-device-client with symmetric keys, over HTTPS. */
@Timeout(60)
class OfficialDpsDeviceClientIT {
    private static final int PATIENCE = 30_000; // milliseconds; round trips and the pause the client makes between

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
    @Tag("HUB-07")
    void registersWithItsKey() throws Exception {
        SymmetricKeys keys = site.enroll("meter-1");

        ProvisioningDeviceClientRegistrationResult result = register("meter-1", keys);

        assertThat(result.getProvisioningDeviceClientStatus())
                .isEqualTo(ProvisioningDeviceClientStatus.PROVISIONING_DEVICE_STATUS_ASSIGNED);
        assertThat(result.getSubstatus()).isEqualTo(ProvisioningDeviceClientSubstatus.INITIAL_ASSIGNMENT);
        assertThat(result.getIothubUri()).isEqualTo(site.names.hubHost());
        assertThat(result.getDeviceId()).isEqualTo("meter-1");
        assertThat(result.getRegistrationId()).isEqualTo("meter-1");
        assertThat(site.hub
                        .identities()
                        .find(DeviceId.of("meter-1"))
                        .orElseThrow()
                        .keys())
                .isEqualTo(keys);
    }

    @Test
    void isRefusedWithAKeyThatIsNotEnrolled() {
        site.enroll("meter-2");

        assertThatThrownBy(() -> register("meter-2", SymmetricKeys.random(32, new SecureRandom())))
                .hasStackTraceContaining("not signed with a key this service knows");
    }

    @Test
    void isRefusedWhenNobodyEnrolledIt() {
        assertThatThrownBy(() -> register("meter-3", SymmetricKeys.random(32, new SecureRandom())))
                .hasStackTraceContaining("no enrollment for registration id meter-3");
    }

    @Test
    void learnsThatItIsDisabled() {
        SymmetricKeys keys = SymmetricKeys.random(32, new SecureRandom());
        site.enroll(IndividualEnrollment.of(RegistrationId.of("meter-4"), new AttestationMechanism.SymmetricKey(keys))
                .with(ProvisioningStatus.DISABLED));

        assertThatThrownBy(() -> register("meter-4", keys)).hasStackTraceContaining("disabled the enrollment");
    }

    private static ProvisioningDeviceClientRegistrationResult register(String id, SymmetricKeys keys) throws Exception {
        var security = new SecurityProviderSymmetricKey(
                keys.primary().revealBase64(), keys.secondary().revealBase64(), id);
        ProvisioningDeviceClient client = ProvisioningDeviceClient.create(
                site.names.provisioningHost(), site.scope(), ProvisioningDeviceClientTransportProtocol.HTTPS, security);
        try {
            var model = new AdditionalData();
            model.setProvisioningPayload("{\"modelId\":\"dtmi:postern:meter;1\"}");
            return client.registerDeviceSync(model, PATIENCE);
        } finally {
            client.close();
        }
    }
}
