// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.interop;

import static com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol.AMQPS;
import static com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol.AMQPS_WS;
import static com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol.HTTPS;
import static com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol.MQTT;
import static com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol.MQTT_WS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.provisioning.device.AdditionalData;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClient;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientStatus;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientSubstatus;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProvider;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderSymmetricKey;
import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.EnrollmentGroup;
import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.dps.ProvisioningStatus;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.testkit.LabCa;
import io.postern.wire.DerivedKey;
import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The unmodified provisioning-device-client, each story over every transport it has and we serve. */
@Timeout(60)
class OfficialDpsDeviceClientIT {
    private static final int PATIENCE = 30_000; // milliseconds; round trips and the pause the client makes between
    private static final LabCa ROOT = LabCa.root("Plant", Instant.now());
    private static final LabCa LINE = ROOT.intermediate("Line 1", 0);
    private static final SymmetricKeys GROUP = SymmetricKeys.random(64, new SecureRandom());

    @TempDir
    static Path directory;

    private static DpsSite site;

    @BeforeAll
    static void start() throws Exception {
        site = new DpsSite(directory);
        site.verify("plant", ROOT);
        site.dps
                .groups()
                .create(EnrollmentGroup.of(EnrollmentGroupId.of("keys"), new AttestationMechanism.SymmetricKey(GROUP)));
        site.dps
                .groups()
                .create(EnrollmentGroup.of(
                        EnrollmentGroupId.of("line"),
                        new AttestationMechanism.SigningCertificates(
                                new Authority(LINE.certificate()), Optional.empty())));
    }

    @AfterAll
    static void stop() {
        if (site != null) {
            site.close();
        }
    }

    static Stream<ProvisioningDeviceClientTransportProtocol> transports() {
        return Stream.of(HTTPS, MQTT, MQTT_WS, AMQPS, AMQPS_WS);
    }

    @ParameterizedTest
    @MethodSource("transports")
    @Tag("SYS-03")
    @Tag("DPS-25")
    @Tag("HUB-07")
    void registersWithItsKey(ProvisioningDeviceClientTransportProtocol transport) throws Exception {
        String id = "meter-1-" + idPart(transport);
        SymmetricKeys keys = site.enroll(id);

        ProvisioningDeviceClientRegistrationResult result = register(transport, id, keys);

        assertAssigned(result, id);
        assertThat(result.getSubstatus()).isEqualTo(ProvisioningDeviceClientSubstatus.INITIAL_ASSIGNMENT);
        assertThat(result.getRegistrationId()).isEqualTo(id);
        assertThat(site.hub.identities().find(DeviceId.of(id)).orElseThrow().keys())
                .isEqualTo(keys);
    }

    @ParameterizedTest
    @MethodSource("transports")
    @Tag("SYS-03")
    @Tag("CEN-08")
    @Tag("DPS-23")
    void registersWithAKeyDerivedFromAGroups(ProvisioningDeviceClientTransportProtocol transport) throws Exception {
        String id = "member-1-" + idPart(transport);
        Secret key = DerivedKey.of(GROUP.primary(), RegistrationId.of(id));

        assertAssigned(
                register(
                        transport,
                        new SecurityProviderSymmetricKey(key.revealBase64().getBytes(StandardCharsets.UTF_8), id)),
                id);
    }

    @ParameterizedTest
    @MethodSource("transports")
    @Tag("SYS-03")
    @Tag("DPS-05")
    @Tag("DPS-11")
    void registersWithACertificate(ProvisioningDeviceClientTransportProtocol transport) throws Exception {
        String id = "meter-x-" + idPart(transport);
        site.enroll(IndividualEnrollment.of(
                RegistrationId.of(id), new AttestationMechanism.CaReferences(new CaName("plant"), Optional.empty())));

        assertAssigned(register(transport, new HeldCertificate(id, ROOT.device(id))), id);
    }

    @ParameterizedTest
    @MethodSource("transports")
    @Tag("SYS-03")
    @Tag("DPS-05")
    @Tag("DPS-23")
    void registersWithACertificateUnderAGroupsCa(ProvisioningDeviceClientTransportProtocol transport) throws Exception {
        String id = "line-x-" + idPart(transport);

        assertAssigned(register(transport, new HeldCertificate(id, LINE.device(id))), id);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void isRefusedWithAKeyThatIsNotEnrolled(ProvisioningDeviceClientTransportProtocol transport) {
        String id = "meter-2-" + idPart(transport);
        site.enroll(id);

        assertThatThrownBy(() -> register(transport, id, SymmetricKeys.random(32, new SecureRandom())))
                .hasStackTraceContaining(told(transport, "not signed with a key this service knows"));
    }

    @ParameterizedTest
    @MethodSource("transports")
    void isRefusedWhenNobodyEnrolledIt(ProvisioningDeviceClientTransportProtocol transport) {
        String id = "meter-3-" + idPart(transport);

        assertThatThrownBy(() -> register(transport, id, SymmetricKeys.random(32, new SecureRandom())))
                .hasStackTraceContaining(told(transport, "no enrollment for registration id " + id));
    }

    @ParameterizedTest
    @MethodSource("transports")
    void learnsThatItIsDisabled(ProvisioningDeviceClientTransportProtocol transport) {
        String id = "meter-4-" + idPart(transport);
        SymmetricKeys keys = SymmetricKeys.random(32, new SecureRandom());
        site.enroll(IndividualEnrollment.of(RegistrationId.of(id), new AttestationMechanism.SymmetricKey(keys))
                .with(ProvisioningStatus.DISABLED));

        assertThatThrownBy(() -> register(transport, id, keys)).hasStackTraceContaining("disabled the enrollment");
    }

    /** MQTT and SASL have no room for a reason: the device learns that it was refused, the operator why. */
    private static String told(ProvisioningDeviceClientTransportProtocol transport, String reason) {
        return switch (transport) {
            case HTTPS -> reason;
            case MQTT, MQTT_WS -> "Not authorized to connect";
            case AMQPS, AMQPS_WS -> "Sas token was rejected by the service";
        };
    }

    private static String idPart(ProvisioningDeviceClientTransportProtocol transport) {
        return transport.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void assertAssigned(ProvisioningDeviceClientRegistrationResult result, String id) {
        assertThat(result.getProvisioningDeviceClientStatus())
                .isEqualTo(ProvisioningDeviceClientStatus.PROVISIONING_DEVICE_STATUS_ASSIGNED);
        assertThat(result.getIothubUri()).isEqualTo(site.names.hubHost());
        assertThat(result.getDeviceId()).isEqualTo(id);
    }

    private static ProvisioningDeviceClientRegistrationResult register(
            ProvisioningDeviceClientTransportProtocol transport, String id, SymmetricKeys keys) throws Exception {
        return register(
                transport,
                new SecurityProviderSymmetricKey(
                        keys.primary().revealBase64(), keys.secondary().revealBase64(), id));
    }

    private static ProvisioningDeviceClientRegistrationResult register(
            ProvisioningDeviceClientTransportProtocol transport, SecurityProvider security) throws Exception {
        ProvisioningDeviceClient client =
                ProvisioningDeviceClient.create(site.names.provisioningHost(), site.scope(), transport, security);
        try {
            var model = new AdditionalData();
            model.setProvisioningPayload("{\"modelId\":\"dtmi:postern:meter;1\"}");
            return client.registerDeviceSync(model, PATIENCE);
        } finally {
            client.close();
        }
    }
}
