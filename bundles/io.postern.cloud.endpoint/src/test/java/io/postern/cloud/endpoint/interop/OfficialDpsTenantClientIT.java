// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.provisioning.service.ProvisioningServiceClient;
import com.microsoft.azure.sdk.iot.provisioning.service.Query;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.BulkOperationMode;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.DeviceRegistrationState;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.EnrollmentGroup;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.IndividualEnrollment;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.QuerySpecification;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.QuerySpecificationBuilder;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.QuerySpecificationBuilder.FromType;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.SymmetricKeyAttestation;
import com.microsoft.azure.sdk.iot.provisioning.service.exceptions.ProvisioningServiceClientNotFoundException;
import com.microsoft.azure.sdk.iot.provisioning.service.exceptions.ProvisioningServiceClientPreconditionFailedException;
import com.microsoft.azure.sdk.iot.provisioning.service.exceptions.ProvisioningServiceClientUnathorizedException;
import io.postern.cloud.dps.HubLink;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.RegistrationAnswer;
import io.postern.cloud.dps.RegistrationAttempt;
import io.postern.cloud.dps.TenantName;
import io.postern.cloud.dps.TenantReply;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.testkit.Hosts;
import io.postern.wire.DerivedKey;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The unmodified provisioning-service-client with every operation it has, at the host of a tenant that was made while
 * the listener was running.
 */
@Timeout(60)
class OfficialDpsTenantClientIT {
    @TempDir
    static Path directory;

    private static DpsSite site;
    private static ProvisioningTenant tenant;
    private static ProvisioningServiceClient client;

    @BeforeAll
    static void start() throws Exception {
        site = new DpsSite(directory);
        tenant = ((TenantReply.Created) site.provisioning.tenants().create(new TenantName("north"))).tenant();
        var hubOwner = site.hub.policies().find(SharedAccessPolicies.OWNER).orElseThrow();
        String access = "HostName=" + site.names.hubHost() + ";SharedAccessKeyName=" + hubOwner.name()
                + ";SharedAccessKey=" + hubOwner.keys().primary().revealBase64();
        tenant.linkedHubs()
                .link(HubLink.parse(
                        site.names.hub(),
                        Json.object().add("connectionString", access).build()));
        Hosts.write(site.address, tenant.serviceHost().text());
        client = ProvisioningServiceClient.createFromConnectionString(
                connectionString(tenant.policies().owner().keys().primary()));
    }

    @AfterAll
    static void stop() {
        if (site != null) {
            site.close();
        }
    }

    private static String connectionString(Secret key) {
        return "HostName=" + tenant.serviceHost() + ";SharedAccessKeyName=provisioningserviceowner;SharedAccessKey="
                + key.revealBase64();
    }

    private static IndividualEnrollment enrollment(String id) {
        return new IndividualEnrollment(id, new SymmetricKeyAttestation("", ""));
    }

    private static QuerySpecification everything(FromType from) {
        return new QuerySpecificationBuilder("*", from).createSqlQuery();
    }

    private static List<String> ids(Query query, Function<Object, String> id) throws Exception {
        List<String> ids = new ArrayList<>();
        while (query.hasNext()) {
            Arrays.stream(query.next().getItems()).map(id).forEach(ids::add);
        }
        return ids;
    }

    @Test
    @Tag("DPS-14")
    @Tag("DPS-15")
    @Tag("DPS-22")
    void keepsIndividualEnrollments() throws Exception {
        IndividualEnrollment first = client.createOrUpdateIndividualEnrollment(enrollment("one"));
        assertThat(client.getIndividualEnrollment("one").getEtag()).isEqualTo(first.getEtag());
        assertThat(client.getIndividualEnrollmentAttestationMechanism("one").getAttestation())
                .isInstanceOf(SymmetricKeyAttestation.class);
        first.setDeviceId("One");
        IndividualEnrollment second = client.createOrUpdateIndividualEnrollment(first);
        assertThat(second.getDeviceId()).isEqualTo("One");

        assertThatThrownBy(() -> client.deleteIndividualEnrollment("one", first.getEtag()))
                .isInstanceOf(ProvisioningServiceClientPreconditionFailedException.class);
        client.deleteIndividualEnrollment("one", second.getEtag());
        client.deleteIndividualEnrollment(client.createOrUpdateIndividualEnrollment(enrollment("two")));
        client.createOrUpdateIndividualEnrollment(enrollment("three"));
        client.deleteIndividualEnrollment("three");
        assertThatThrownBy(() -> client.getIndividualEnrollment("three"))
                .isInstanceOf(ProvisioningServiceClientNotFoundException.class);
        assertThat(site.dps.enrollments().page(10, Optional.empty()).entries())
                .as("the default tenant's list")
                .isEmpty();
    }

    @Test
    @Tag("DPS-15")
    void changesSeveralAtOnceInEveryMode() throws Exception {
        List<IndividualEnrollment> many = List.of(enrollment("bulk-1"), enrollment("bulk-2"), enrollment("bulk-3"));
        assertThat(client.runBulkEnrollmentOperation(BulkOperationMode.CREATE, many)
                        .getSuccessful())
                .isTrue();
        assertThat(client.runBulkEnrollmentOperation(BulkOperationMode.UPDATE, many)
                        .getSuccessful())
                .isTrue();
        IndividualEnrollment seen = client.getIndividualEnrollment("bulk-1");
        IndividualEnrollment stale = enrollment("bulk-2");
        stale.setEtag("stale");

        var result = client.runBulkEnrollmentOperation(BulkOperationMode.UPDATE_IF_MATCH_ETAG, List.of(seen, stale));

        assertThat(result.getSuccessful()).isFalse();
        assertThat(result.getErrors()).hasSize(1);
        assertThat(result.getErrors().getFirst().getRegistrationId()).isEqualTo("bulk-2");
        assertThat(ids(
                        client.createIndividualEnrollmentQuery(everything(FromType.ENROLLMENTS)),
                        item -> ((IndividualEnrollment) item).getRegistrationId()))
                .contains("bulk-1", "bulk-2", "bulk-3");
        assertThat(ids(
                        client.createIndividualEnrollmentQuery(everything(FromType.ENROLLMENTS), 1),
                        item -> ((IndividualEnrollment) item).getRegistrationId()))
                .contains("bulk-1", "bulk-2", "bulk-3")
                .doesNotHaveDuplicates();
        assertThat(client.runBulkEnrollmentOperation(BulkOperationMode.DELETE, many)
                        .getSuccessful())
                .isTrue();
    }

    @Test
    @Tag("DPS-15")
    @Tag("DPS-23")
    void keepsGroups() throws Exception {
        EnrollmentGroup first = client.createOrUpdateEnrollmentGroup(group("line-1"));
        EnrollmentGroup second = client.createOrUpdateEnrollmentGroup(first);
        client.createOrUpdateEnrollmentGroup(group("line-2"));
        EnrollmentGroup third = client.createOrUpdateEnrollmentGroup(group("line-3"));

        for (Query query : List.of(
                client.createEnrollmentGroupQuery(everything(FromType.ENROLLMENT_GROUPS)),
                client.createEnrollmentGroupQuery(everything(FromType.ENROLLMENT_GROUPS), 2))) {
            assertThat(ids(query, item -> ((EnrollmentGroup) item).getEnrollmentGroupId()))
                    .contains("line-1", "line-2", "line-3");
        }
        assertThatThrownBy(() -> client.deleteEnrollmentGroup("line-1", first.getEtag()))
                .isInstanceOf(ProvisioningServiceClientPreconditionFailedException.class);
        client.deleteEnrollmentGroup("line-1", second.getEtag());
        client.deleteEnrollmentGroup("line-2");
        client.deleteEnrollmentGroup(third);
        assertThatThrownBy(() -> client.getEnrollmentGroup("line-1"))
                .isInstanceOf(ProvisioningServiceClientNotFoundException.class);
    }

    @Test
    @Tag("DPS-26")
    void readsAndDeletesWhatCameOfRegistrations() throws Exception {
        client.createOrUpdateEnrollmentGroup(group("members"));
        var keys = (SymmetricKeyAttestation)
                client.getEnrollmentGroupAttestationMechanism("members").getAttestation();
        for (String id : List.of("member-1", "member-2", "member-3")) {
            register(id, Secret.base64(keys.getPrimaryKey()));
        }

        for (Query query : List.of(
                client.createEnrollmentGroupRegistrationStateQuery(
                        everything(FromType.DEVICE_REGISTRATIONS), "members"),
                client.createEnrollmentGroupRegistrationStateQuery(
                        everything(FromType.DEVICE_REGISTRATIONS), "members", 2))) {
            assertThat(ids(query, item -> ((DeviceRegistrationState) item).getRegistrationId()))
                    .containsExactly("member-1", "member-2", "member-3");
        }
        DeviceRegistrationState state = client.getDeviceRegistrationState("member-1");
        assertThat(state.getAssignedHub()).isEqualTo(site.names.hubHost());
        assertThatThrownBy(() -> client.deleteDeviceRegistrationState("member-1", "stale"))
                .isInstanceOf(ProvisioningServiceClientPreconditionFailedException.class);
        client.deleteDeviceRegistrationState("member-1", state.getEtag());
        client.deleteDeviceRegistrationState("member-2");
        client.deleteDeviceRegistrationState(client.getDeviceRegistrationState("member-3"));
        assertThatThrownBy(() -> client.getDeviceRegistrationState("member-3"))
                .isInstanceOf(ProvisioningServiceClientNotFoundException.class);
    }

    @Test
    @Tag("DPS-14")
    void theOwnerOfTheDefaultTenantIsAStrangerHere() {
        var stranger = new ProvisioningServiceClient(
                connectionString(site.dps.policies().owner().keys().primary()));

        assertThatThrownBy(() -> stranger.getIndividualEnrollment("one"))
                .isInstanceOf(ProvisioningServiceClientUnathorizedException.class);
    }

    private static EnrollmentGroup group(String id) {
        return new EnrollmentGroup(id, new SymmetricKeyAttestation("", ""));
    }

    private static void register(String id, Secret groupKey) {
        RegistrationId device = RegistrationId.of(id);
        SasToken token = SasToken.sign(
                ResourceUri.registration(tenant.idScope(), device),
                Instant.now().plusSeconds(60),
                Optional.empty(),
                DerivedKey.of(groupKey, device)::hmacSha256);
        RegistrationAnswer answer = site.provisioning
                .desk()
                .register(new RegistrationAttempt(
                        tenant.idScope(),
                        new RegistrationRequest(device, Optional.empty(), Optional.empty()),
                        Optional.of(token)));
        assertThat(answer).isInstanceOf(RegistrationAnswer.Accepted.class);
    }
}
