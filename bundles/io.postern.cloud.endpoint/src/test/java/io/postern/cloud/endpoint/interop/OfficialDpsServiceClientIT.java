// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.provisioning.service.ProvisioningServiceClient;
import com.microsoft.azure.sdk.iot.provisioning.service.Query;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.BulkOperationMode;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.IndividualEnrollment;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.ProvisioningStatus;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.QuerySpecificationBuilder;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.SymmetricKeyAttestation;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.TpmAttestation;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.TwinCollection;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.TwinState;
import com.microsoft.azure.sdk.iot.provisioning.service.exceptions.ProvisioningServiceClientNotFoundException;
import com.microsoft.azure.sdk.iot.provisioning.service.exceptions.ProvisioningServiceClientPreconditionFailedException;
import com.microsoft.azure.sdk.iot.provisioning.service.exceptions.ProvisioningServiceClientUnathorizedException;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The unmodified provisioning-service-client against the service API. */
@Timeout(60)
class OfficialDpsServiceClientIT {
    @TempDir
    static Path directory;

    private static DpsSite site;
    private static ProvisioningServiceClient client;

    @BeforeAll
    static void start() throws Exception {
        site = new DpsSite(directory);
        client = new ProvisioningServiceClient(site.serviceConnectionString());
    }

    @AfterAll
    static void stop() {
        if (site != null) {
            site.close();
        }
    }

    @Test
    @Tag("DPS-15")
    @Tag("DPS-22")
    @Tag("CEN-11")
    void enrollsReadsChangesAndDeletesATpm() throws Exception {
        var wanted = new IndividualEnrollment("gw-1", new TpmAttestation(endorsementKey()));
        wanted.setDeviceId("Gateway-1");
        wanted.setIotHubHostName(site.names.hubHost());
        var desired = new TwinCollection();
        desired.put("interval", 5);
        wanted.setInitialTwin(new TwinState(new TwinCollection(), desired));

        IndividualEnrollment created = client.createOrUpdateIndividualEnrollment(wanted);

        assertThat(created.getEtag()).isNotBlank();
        assertThat(created.getCreatedDateTimeUtc()).isNotNull();
        IndividualEnrollment read = client.getIndividualEnrollment("gw-1");
        assertThat(read.getDeviceId()).isEqualTo("Gateway-1");
        assertThat(((TpmAttestation) read.getAttestation()).getEndorsementKey()).isEqualTo(endorsementKey());
        assertThat(read.getInitialTwin().getDesiredProperties()).containsKey("interval");

        read.setProvisioningStatus(ProvisioningStatus.DISABLED);
        IndividualEnrollment changed = client.createOrUpdateIndividualEnrollment(read);
        assertThat(changed.getProvisioningStatus()).isEqualTo(ProvisioningStatus.DISABLED);
        assertThat(changed.getEtag()).isNotEqualTo(created.getEtag());

        assertThatThrownBy(() -> client.createOrUpdateIndividualEnrollment(read))
                .as("the etag read first is stale now")
                .isInstanceOf(ProvisioningServiceClientPreconditionFailedException.class);
        client.deleteIndividualEnrollment(changed);
        assertThatThrownBy(() -> client.getIndividualEnrollment("gw-1"))
                .isInstanceOf(ProvisioningServiceClientNotFoundException.class);
    }

    @Test
    void letsTheServiceMakeSymmetricKeysAndReadsThem() throws Exception {
        client.createOrUpdateIndividualEnrollment(
                new IndividualEnrollment("meter-1", new SymmetricKeyAttestation("", "")));

        var mechanism = client.getIndividualEnrollmentAttestationMechanism("meter-1");

        var keys = (SymmetricKeyAttestation) mechanism.getAttestation();
        assertThat(Bytes.base64(keys.getPrimaryKey()).length()).isEqualTo(64);
        assertThat(keys.getSecondaryKey()).isNotEqualTo(keys.getPrimaryKey());
        assertThat(site.dps.enrollments().find(RegistrationId.of("meter-1"))).isPresent();
    }

    @Test
    void queriesPageByPage() throws Exception {
        List<IndividualEnrollment> many = IntStream.range(0, 5)
                .mapToObj(i -> new IndividualEnrollment("bulk-" + i, new SymmetricKeyAttestation("", "")))
                .toList();
        assertThat(client.runBulkEnrollmentOperation(BulkOperationMode.CREATE, many)
                        .getSuccessful())
                .isTrue();

        var everything = new QuerySpecificationBuilder("*", QuerySpecificationBuilder.FromType.ENROLLMENTS);
        Query query = client.createIndividualEnrollmentQuery(everything.createSqlQuery(), 2);
        List<String> ids = new ArrayList<>();
        while (query.hasNext()) {
            Arrays.stream(query.next().getItems())
                    .map(item -> ((IndividualEnrollment) item).getRegistrationId())
                    .forEach(ids::add);
        }

        assertThat(ids)
                .contains("bulk-0", "bulk-1", "bulk-2", "bulk-3", "bulk-4")
                .doesNotHaveDuplicates();
        var again = client.runBulkEnrollmentOperation(BulkOperationMode.CREATE, many.subList(0, 1));
        assertThat(again.getSuccessful()).isFalse();
        assertThat(again.getErrors().getFirst().getRegistrationId()).isEqualTo("bulk-0");
        assertThat(client.runBulkEnrollmentOperation(BulkOperationMode.DELETE, many)
                        .getSuccessful())
                .isTrue();
    }

    @Test
    void isRefusedWithAWrongKey() {
        String wrong = site.serviceConnectionString().replaceAll("SharedAccessKey=.*", "SharedAccessKey=AAAA");
        var stranger = new ProvisioningServiceClient(wrong);

        assertThatThrownBy(() -> stranger.getIndividualEnrollment("gw-1"))
                .isInstanceOf(ProvisioningServiceClientUnathorizedException.class)
                .hasMessageContaining("not signed with a key of the policy provisioningserviceowner");
    }

    private static String endorsementKey() throws IOException {
        Path vectors = Path.of(
                System.getProperty("postern.root"), "bundles/io.postern.cloud.dps/src/test/resources/tpm-vectors.json");
        var json = Json.parseObject(Files.readString(vectors));
        return Bytes.hex(Json.requireText(json, "ek_tpm2b_public_hex")).toBase64();
    }
}
