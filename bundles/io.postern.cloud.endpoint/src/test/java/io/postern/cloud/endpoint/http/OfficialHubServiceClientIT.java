// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.service.auth.AuthenticationType;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubBadFormatException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubGatewayTimeoutException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubNotFoundException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubPreconditionFailedException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubUnauthorizedException;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodRequestOptions;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodsClient;
import com.microsoft.azure.sdk.iot.service.query.QueryClient;
import com.microsoft.azure.sdk.iot.service.query.QueryPageOptions;
import com.microsoft.azure.sdk.iot.service.query.RawQueryResponse;
import com.microsoft.azure.sdk.iot.service.query.SqlQueryBuilder;
import com.microsoft.azure.sdk.iot.service.query.TwinQueryResponse;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import com.microsoft.azure.sdk.iot.service.registry.DeviceStatus;
import com.microsoft.azure.sdk.iot.service.registry.Module;
import com.microsoft.azure.sdk.iot.service.registry.RegistryClient;
import com.microsoft.azure.sdk.iot.service.registry.RegistryJob;
import com.microsoft.azure.sdk.iot.service.registry.RegistryStatistics;
import com.microsoft.azure.sdk.iot.service.twin.Twin;
import com.microsoft.azure.sdk.iot.service.twin.TwinClient;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.RegistrySettings;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.cloud.hub.x509.Thumbprint;
import io.postern.testkit.Await;
import io.postern.testkit.LabCa;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official Java client for the service's side of a hub, unmodified, against ours. */
class OfficialHubServiceClientIT {
    private final SSLSocketFactory defaultBefore = HttpsURLConnection.getDefaultSSLSocketFactory();

    @TempDir
    Path directory;

    private BlobServer blobs;
    private TestHub cloud;
    private TestListener listener;

    @BeforeEach
    void open() throws Exception {
        blobs = new BlobServer();
        cloud = new TestHub(
                directory,
                HubSettings.of(TestHub.NAMES.hub())
                        .with(new RegistrySettings(List.of(blobs.origin()), RegistrySettings.DEFAULT_OPERATIONS, 0)));
        cloud.clock.set(Instant.now());
        listener = TestListener.openAtTheUsualPort(directory.resolve("tls"), cloud.routes);
        HttpsURLConnection.setDefaultSSLSocketFactory(listener.tls(null).getSocketFactory());
    }

    @AfterEach
    void close() {
        HttpsURLConnection.setDefaultSSLSocketFactory(defaultBefore);
        listener.close();
        cloud.close();
        blobs.close();
    }

    @Test
    @Tag("SYS-02")
    void aDeviceIsCreatedReadChangedCountedAndDeleted() throws Exception {
        var registry = new RegistryClient(connectionString(SharedAccessPolicies.OWNER));

        Device created = registry.addDevice(new Device("meter-1"));
        assertThat(created.getGenerationId()).isNotEmpty();
        assertThat(created.getPrimaryKey())
                .isEqualTo(cloud.hub
                        .identities()
                        .find(DeviceId.of("meter-1"))
                        .orElseThrow()
                        .keys()
                        .primary()
                        .revealBase64());

        Device read = registry.getDevice("meter-1");
        assertThat(read.getETag()).isEqualTo(created.getETag());
        assertThat(read.getStatus()).isEqualTo(DeviceStatus.Enabled);

        read.setStatus(DeviceStatus.Disabled);
        assertThat(registry.updateDevice(read).getStatus()).isEqualTo(DeviceStatus.Disabled);

        RegistryStatistics statistics = registry.getStatistics();
        assertThat(statistics.getTotalDeviceCount()).isEqualTo(1);
        assertThat(statistics.getEnabledDeviceCount()).isZero();
        assertThat(statistics.getDisabledDeviceCount()).isEqualTo(1);

        registry.removeDevice("meter-1");
        assertThatThrownBy(() -> registry.getDevice("meter-1")).isInstanceOf(IotHubNotFoundException.class);
    }

    @Test
    @Tag("HUB-20")
    void devicesWithCertificatesAreCreatedReadAndChanged() throws Exception {
        var registry = new RegistryClient(connectionString(SharedAccessPolicies.OWNER));
        LabCa ca = LabCa.root("Plant", Instant.now());
        String first = Thumbprint.sha256(ca.certificate()).toString();
        String second = Thumbprint.sha1(ca.device("meter-1").certificate()).toString();
        var drafted = new Device("meter-1", AuthenticationType.SELF_SIGNED);
        drafted.setThumbprint(first, second);

        Device created = registry.addDevice(drafted);
        assertThat(created.getAuthenticationType()).isEqualTo(AuthenticationType.SELF_SIGNED);
        assertThat(created.getPrimaryThumbprint()).isEqualTo(first);
        assertThat(created.getSecondaryThumbprint()).isEqualTo(second);

        created.setThumbprint(second, second);
        assertThat(registry.updateDevice(created).getPrimaryThumbprint()).isEqualTo(second);
        assertThat(registry.getDevice("meter-1").getPrimaryThumbprint()).isEqualTo(second);

        registry.addDevice(new Device("meter-2", AuthenticationType.CERTIFICATE_AUTHORITY));
        assertThat(registry.getDevice("meter-2").getAuthenticationType())
                .isEqualTo(AuthenticationType.CERTIFICATE_AUTHORITY);
    }

    @Test
    void aConflictReachesTheClientWithItsReason() throws Exception {
        var registry = new RegistryClient(connectionString(SharedAccessPolicies.OWNER));
        registry.addDevice(new Device("meter-1"));

        assertThatThrownBy(() -> registry.addDevice(new Device("meter-1")))
                .isInstanceOf(IotHubException.class)
                .hasMessageContaining("there is a device meter-1 already");
    }

    @Test
    void aPolicyWithoutTheRightIsUnauthorized() {
        var registry = new RegistryClient(connectionString("registryRead"));

        assertThatThrownBy(() -> registry.addDevice(new Device("meter-1")))
                .isInstanceOf(IotHubUnauthorizedException.class)
                .hasMessageContaining("registryRead does not allow RegistryWrite");
    }

    @Test
    void theRegistryIsExportedAndImportedByJobs() throws Exception {
        var registry = new RegistryClient(connectionString(SharedAccessPolicies.OWNER));
        registry.addDevice(new Device("meter-1"));

        RegistryJob export = registry.exportDevices(blobs.container(), false);
        assertThat(ended(registry, export).getStatus()).isEqualTo(RegistryJob.JobStatus.COMPLETED);
        assertThat(export.getType()).isEqualTo(RegistryJob.JobType.EXPORT);
        assertThat(blobs.blobs.get("devices.txt"))
                .contains(registry.getDevice("meter-1").getPrimaryKey());

        blobs.blobs.put("devices.txt", "{\"id\":\"meter-2\",\"importMode\":\"create\"}\nbad\n");
        RegistryJob taken = ended(registry, registry.importDevices(blobs.container(), blobs.container()));
        assertThat(taken.getStatus()).isEqualTo(RegistryJob.JobStatus.COMPLETED);
        assertThat(taken.getEndTimeUtc()).isAfterOrEqualTo(taken.getStartTimeUtc());
        assertThat(registry.getDevice("meter-2").getStatus()).isEqualTo(DeviceStatus.Enabled);
        assertThat(blobs.blobs.get("importErrors.log")).contains("\"line\":2");
    }

    private static RegistryJob ended(RegistryClient registry, RegistryJob job) {
        return Await.value(
                Duration.ofSeconds(10),
                "the job to end",
                () -> registry.getJob(job.getJobId()),
                now -> now.getEndTimeUtc() != null);
    }

    @Test
    void modulesAreToldToBeNoneInTheClientsWords() throws Exception {
        var registry = new RegistryClient(connectionString(SharedAccessPolicies.OWNER));
        registry.addDevice(new Device("meter-1"));

        assertThat(registry.getModulesOnDevice("meter-1")).isEmpty();
        assertThatThrownBy(() -> registry.getModule("meter-1", "m")).isInstanceOf(IotHubNotFoundException.class);
        assertThatThrownBy(() -> registry.addModule(new Module("meter-1", "m")))
                .isInstanceOf(IotHubBadFormatException.class)
                .hasMessageContaining("keeps no modules");
        assertThatThrownBy(() -> registry.removeModule("meter-1", "m")).isInstanceOf(IotHubNotFoundException.class);
    }

    @Test
    @Tag("ISS-13")
    void aDeletedNameIsRefusedWithTheDaysLeft() throws Exception {
        var registry = new RegistryClient(connectionString(SharedAccessPolicies.OWNER));
        Device old = registry.addDevice(new Device("meter-1"));
        registry.updateDevice(registry.getDevice("meter-1"));
        assertThatThrownBy(() -> registry.removeDevice(old)).isInstanceOf(IotHubPreconditionFailedException.class);
        registry.removeDevice("meter-1");

        assertThatThrownBy(() -> registry.addDevice(new Device("meter-1")))
                .isInstanceOf(IotHubException.class)
                .hasMessageContaining("barred for 10 more day(s)");
    }

    @Test
    void aTwinIsReadPatchedAndReplaced() throws Exception {
        cloud.device("meter-1");
        var twins = new TwinClient(connectionString("service"));

        Twin twin = twins.get("meter-1");
        assertThat(twin.getDeviceId()).isEqualTo("meter-1");
        twin.getTags().put("hall", "A");
        twin.getDesiredProperties().put("rate", 5);
        Twin patched = twins.patch(twin);
        assertThat(patched.getTags()).containsEntry("hall", "A");
        assertThat(patched.getDesiredProperties()).containsKey("rate");
        assertThat(cloud.hub
                        .twins()
                        .find(DeviceId.of("meter-1"))
                        .orElseThrow()
                        .desired()
                        .properties())
                .isEqualTo(Json.parse("{\"rate\":5}"));

        Twin read = twins.get("meter-1");
        assertThat(read.getDesiredProperties().getVersion()).isEqualTo(2);
        read.getDesiredProperties().clear();
        read.getDesiredProperties().put("unit", "kW");
        assertThat(twins.replace(read).getDesiredProperties())
                .containsEntry("unit", "kW")
                .doesNotContainKey("rate");
    }

    @Test
    void aTwinBringsItsStateAndWhenEachMemberWasChanged() throws Exception {
        cloud.device("meter-1");
        cloud.hub
                .twins()
                .report(DeviceId.of("meter-1"), Json.parseObject("{\"net\":{\"ip\":\"x\"}}"), OptionalLong.empty());
        var twins = new TwinClient(connectionString("service"));

        Twin twin = twins.get("meter-1");

        assertThat(twin.getStatus()).hasToString("ENABLED");
        assertThat(String.valueOf(twin.getConnectionState())).isEqualToIgnoringCase("Disconnected");
        assertThat(twin.getReportedProperties().getVersion()).isEqualTo(2);
        assertThat(twin.getReportedProperties().getTwinMetadata("net").getLastUpdatedVersion())
                .isEqualTo(2);
    }

    @Test
    @Tag("SYS-07")
    @Tag("HUB-33")
    void twinsAreQueriedPageByPage() throws Exception {
        for (int i = 0; i < 25; i++) {
            cloud.device("meter-%02d".formatted(i));
        }
        var queries = new QueryClient(connectionString("service"));
        String built = SqlQueryBuilder.createSqlQuery(
                "*", SqlQueryBuilder.FromType.DEVICES, "STARTSWITH(deviceId, 'meter-1')", null);

        TwinQueryResponse all = queries.queryTwins(
                "SELECT * FROM devices", QueryPageOptions.builder().pageSize(10).build());
        List<String> ids = new ArrayList<>();
        while (all.hasNext()) {
            ids.add(all.next().getDeviceId());
        }

        assertThat(ids).hasSize(25).isSorted().doesNotHaveDuplicates();
        TwinQueryResponse first =
                queries.queryTwins(built, QueryPageOptions.builder().pageSize(4).build());
        assertThat(first.next().getDeviceId()).isEqualTo("meter-10");
        TwinQueryResponse rest = queries.queryTwins(
                built,
                QueryPageOptions.builder()
                        .pageSize(100)
                        .continuationToken(first.getContinuationToken())
                        .build());
        assertThat(rest.next().getDeviceId()).isEqualTo("meter-14");
        assertThat(queries.queryTwins("SELECT * FROM devices WHERE deviceId = 'nobody'")
                        .hasNext())
                .isFalse();
    }

    @Test
    void fieldsAndCountsAreQueriedRaw() throws Exception {
        cloud.device("meter-1");
        cloud.device("meter-2");
        var queries = new QueryClient(connectionString("service"));

        RawQueryResponse count =
                queries.queryRaw("SELECT status AS status, COUNT() AS numberOfDevices FROM devices GROUP BY status");
        assertThat(Json.parse(count.next())).isEqualTo(Json.parse("{\"status\":\"enabled\",\"numberOfDevices\":2}"));
        assertThat(count.hasNext()).isFalse();
        RawQueryResponse fields = queries.queryRaw("SELECT DeviceId, LastActivityTime FROM devices");
        assertThat(Json.parse(fields.next()))
                .isEqualTo(Json.parse("{\"deviceId\":\"meter-1\",\"lastActivityTime\":\"0001-01-01T00:00:00\"}"));
    }

    @Test
    void aQueryThatIsNotUnderstoodReachesTheClientWithItsPlace() {
        var queries = new QueryClient(connectionString("service"));

        assertThatThrownBy(() -> queries.queryTwins("SELECT * FROM devices.modules"))
                .isInstanceOf(IotHubException.class)
                .hasMessageContaining("position 22");
        assertThatThrownBy(() -> new QueryClient(connectionString("registryRead")).queryTwins("SELECT * FROM devices"))
                .isInstanceOf(IotHubUnauthorizedException.class);
    }

    @Test
    @Tag("HUB-27")
    void aDeviceThatListensButDoesNotAnswerTimesOut() {
        DeviceId meter = cloud.device("meter-1").deviceId();
        cloud.hub.methods().listen(meter, call -> {});
        var options = DirectMethodRequestOptions.builder()
                .methodResponseTimeoutSeconds(5)
                .methodConnectTimeoutSeconds(0)
                .build();
        var methods = new DirectMethodsClient(connectionString("service"));

        assertThatThrownBy(() -> methods.invoke("meter-1", "reboot", options))
                .isInstanceOf(IotHubGatewayTimeoutException.class);
    }

    private String connectionString(String policy) {
        String key =
                cloud.hub.policies().find(policy).orElseThrow().keys().primary().revealBase64();
        return "HostName=" + TestHub.NAMES.hubHost() + ";SharedAccessKeyName=" + policy + ";SharedAccessKey=" + key;
    }
}
