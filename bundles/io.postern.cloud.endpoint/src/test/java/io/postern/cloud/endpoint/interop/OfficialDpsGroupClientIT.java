// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClient;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientStatus;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProvider;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderSymmetricKey;
import com.microsoft.azure.sdk.iot.provisioning.service.ProvisioningServiceClient;
import com.microsoft.azure.sdk.iot.provisioning.service.Query;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.DeviceRegistrationState;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.EnrollmentGroup;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.IndividualEnrollment;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.ProvisioningStatus;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.QuerySpecificationBuilder;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.SymmetricKeyAttestation;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.X509Attestation;
import com.microsoft.azure.sdk.iot.provisioning.service.exceptions.ProvisioningServiceClientNotFoundException;
import com.microsoft.azure.sdk.iot.provisioning.service.exceptions.ProvisioningServiceClientPreconditionFailedException;
import io.postern.cloud.hub.x509.CertificateCodec;
import io.postern.testkit.LabCa;
import io.postern.wire.DerivedKey;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both unmodified clients, the operator's and the device's, with groups and certificates over HTTPS. */
@Timeout(60)
class OfficialDpsGroupClientIT {
    private static final int PATIENCE = 30_000; // milliseconds; round trips and the pause the client makes between
    private static final LabCa ROOT = LabCa.root("Plant", Instant.now());
    private static final LabCa LINE = ROOT.intermediate("Line 1", 0);

    @TempDir
    static Path directory;

    private static DpsSite site;
    private static ProvisioningServiceClient operator;

    @BeforeAll
    static void start() throws Exception {
        site = new DpsSite(directory);
        operator = new ProvisioningServiceClient(site.serviceConnectionString());
        site.verify("plant", ROOT);
    }

    @AfterAll
    static void stop() {
        if (site != null) {
            site.close();
        }
    }

    @Test
    @Tag("CEN-08")
    @Tag("DPS-23")
    void aDeviceRegistersWithAKeyDerivedFromAGroups() throws Exception {
        operator.createOrUpdateEnrollmentGroup(
                new EnrollmentGroup("SAS-IoT-Devices", new SymmetricKeyAttestation("", "")));
        var keys = (SymmetricKeyAttestation) operator.getEnrollmentGroupAttestationMechanism("SAS-IoT-Devices")
                .getAttestation();

        var result = register(derived(keys, "meter-1"));

        assertAssigned(result, "meter-1");
        DeviceRegistrationState[] members = members("SAS-IoT-Devices");
        assertThat(members).hasSize(1);
        assertThat(members[0].getRegistrationId()).isEqualTo("meter-1");
        assertThat(members[0].getAssignedHub()).isEqualTo(site.names.hubHost());
        assertThatThrownBy(() -> register(new SecurityProviderSymmetricKey(
                        keys.getPrimaryKey().getBytes(StandardCharsets.UTF_8), "meter-2")))
                .as("with the group's key itself")
                .hasStackTraceContaining("not signed with a key derived from a group");
    }

    @Test
    @Tag("DPS-05")
    @Tag("DPS-11")
    @Tag("DPS-23")
    @Tag("DPS-24")
    @Tag("CEN-20")
    void aDeviceRegistersWithACertificateUnderAGroupsCa() throws Exception {
        EnrollmentGroup group = operator.createOrUpdateEnrollmentGroup(
                new EnrollmentGroup("line-1", X509Attestation.createFromRootCertificates(pem(LINE.certificate()))));
        var attestation = (X509Attestation) group.getAttestation();
        assertThat(attestation.getPrimaryX509CertificateInfo().getSubjectName()).isEqualTo("CN=Line 1");

        assertAssigned(register(held("meter-x")), "meter-x");

        group.setProvisioningStatus(ProvisioningStatus.DISABLED);
        EnrollmentGroup disabled = operator.createOrUpdateEnrollmentGroup(group);
        assertThatThrownBy(() -> register(held("meter-x")))
                .hasStackTraceContaining("disabled the enrollment group line-1");
        assertThatThrownBy(() -> operator.createOrUpdateEnrollmentGroup(group))
                .as("the etag is stale")
                .isInstanceOf(ProvisioningServiceClientPreconditionFailedException.class);
        assertThatThrownBy(() -> operator.deleteEnrollmentGroup(group))
                .isInstanceOf(ProvisioningServiceClientPreconditionFailedException.class);
        operator.deleteEnrollmentGroup(disabled);
        assertThatThrownBy(() -> operator.getEnrollmentGroup("line-1"))
                .isInstanceOf(ProvisioningServiceClientNotFoundException.class);
        assertThatThrownBy(() -> register(held("meter-x"))).hasStackTraceContaining("issued by no CA of a group");
    }

    @Test
    @Tag("DPS-05")
    @Tag("DPS-25")
    @Tag("CEN-10")
    void aDeviceRegistersWithTheSelfSignedCertificateItIsEnrolledWith() throws Exception {
        Instant now = Instant.now();
        LabCa.Holder own = LabCa.selfSigned("meter-s", now.minus(Duration.ofHours(1)), now.plus(Duration.ofHours(1)));
        IndividualEnrollment enrollment = operator.createOrUpdateIndividualEnrollment(new IndividualEnrollment(
                "meter-s", X509Attestation.createFromClientCertificates(pem(own.certificate()))));
        assertThat(((X509Attestation) enrollment.getAttestation())
                        .getPrimaryX509CertificateInfo()
                        .getSha256Thumbprint())
                .isEqualTo(CertificateCodec.sha256(own.certificate()));

        assertAssigned(register(new HeldCertificate("meter-s", own)), "meter-s");

        enrollment.setProvisioningStatus(ProvisioningStatus.ENABLED);
        operator.createOrUpdateIndividualEnrollment(enrollment); // what was read can be written
        LabCa.Holder other = LabCa.selfSigned("meter-s", now.minus(Duration.ofHours(1)), now.plus(Duration.ofHours(1)));
        assertThatThrownBy(() -> register(new HeldCertificate("meter-s", other)))
                .hasStackTraceContaining("neither of those enrolled for meter-s");
    }

    @Test
    void aDeviceRegistersUnderTheCaItsEnrollmentRefersTo() throws Exception {
        operator.createOrUpdateIndividualEnrollment(
                new IndividualEnrollment("meter-r", X509Attestation.createFromCAReferences("plant")));

        assertAssigned(register(held("meter-r")), "meter-r");
    }

    @Test
    void anExpiredCertificateIsRefused() throws Exception {
        operator.createOrUpdateIndividualEnrollment(
                new IndividualEnrollment("meter-e", X509Attestation.createFromCAReferences("plant")));
        Instant now = Instant.now();
        LabCa.Holder expired = LINE.device("meter-e", now.minus(Duration.ofDays(2)), now.minus(Duration.ofDays(1)));

        assertThatThrownBy(() -> register(new HeldCertificate("meter-e", expired)))
                .hasStackTraceContaining("expired at");
    }

    @Test
    void anOperatorReadsTheGroupsPageByPage() throws Exception {
        for (String id : List.of("page-1", "page-2", "page-3")) {
            operator.createOrUpdateEnrollmentGroup(new EnrollmentGroup(id, new SymmetricKeyAttestation("", "")));
        }
        var everything = new QuerySpecificationBuilder("*", QuerySpecificationBuilder.FromType.ENROLLMENT_GROUPS);

        Query query = operator.createEnrollmentGroupQuery(everything.createSqlQuery(), 2);
        List<String> ids = new ArrayList<>();
        while (query.hasNext()) {
            Arrays.stream(query.next().getItems())
                    .map(item -> ((EnrollmentGroup) item).getEnrollmentGroupId())
                    .forEach(ids::add);
        }

        assertThat(ids).contains("page-1", "page-2", "page-3").doesNotHaveDuplicates();
    }

    private static DeviceRegistrationState[] members(String group) throws Exception {
        var everything = new QuerySpecificationBuilder("*", QuerySpecificationBuilder.FromType.DEVICE_REGISTRATIONS);
        Query query = operator.createEnrollmentGroupRegistrationStateQuery(everything.createSqlQuery(), group);
        return Arrays.stream(query.next().getItems())
                .map(DeviceRegistrationState.class::cast)
                .toArray(DeviceRegistrationState[]::new);
    }

    private static SecurityProvider derived(SymmetricKeyAttestation group, String id) {
        Secret key = DerivedKey.of(Secret.base64(group.getPrimaryKey()), RegistrationId.of(id));
        return new SecurityProviderSymmetricKey(key.revealBase64().getBytes(StandardCharsets.UTF_8), id);
    }

    private static HeldCertificate held(String id) {
        return new HeldCertificate(id, LINE.device(id));
    }

    private static void assertAssigned(ProvisioningDeviceClientRegistrationResult result, String id) {
        assertThat(result.getProvisioningDeviceClientStatus())
                .isEqualTo(ProvisioningDeviceClientStatus.PROVISIONING_DEVICE_STATUS_ASSIGNED);
        assertThat(result.getDeviceId()).isEqualTo(id);
        assertThat(result.getIothubUri()).isEqualTo(site.names.hubHost());
    }

    private static ProvisioningDeviceClientRegistrationResult register(SecurityProvider security) throws Exception {
        ProvisioningDeviceClient client = ProvisioningDeviceClient.create(
                site.names.provisioningHost(), site.scope(), ProvisioningDeviceClientTransportProtocol.HTTPS, security);
        try {
            return client.registerDeviceSync(PATIENCE);
        } finally {
            client.close();
        }
    }

    private static String pem(X509Certificate certificate) {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(CertificateCodec.encode(certificate).toArray())
                + "\n-----END CERTIFICATE-----\n";
    }
}
