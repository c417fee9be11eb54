// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.Configuration;
import io.postern.cloud.dps.DpsSettings;
import io.postern.cloud.dps.HubLink;
import io.postern.cloud.dps.InProcessHub;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.dps.InitialTwin;
import io.postern.cloud.dps.LinkReply;
import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.RegistrationAnswer;
import io.postern.cloud.dps.RegistrationAttempt;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.Await;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.dps.RegistrationStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A hub of another cloud, linked by a connection string and reached over TLS only, beside one of this process. */
@Timeout(60)
class HubElsewhereIT {
    private static final HubName HERE = HubName.of("hub.here.test");
    private static final HubName THERE = CloudSite.NAMES.hub();
    private static final RegistrationId ID = RegistrationId.of("meter-1");
    private static final DeviceId DEVICE = DeviceId.of("meter-1");

    @TempDir
    Path directory;

    @TempDir
    Path elsewhere;

    private final SecureRandom random = new SecureRandom();
    private final SymmetricKeys keys = SymmetricKeys.random(32, random);
    private CloudSite there;
    private Database database;
    private Hub here;
    private ProvisioningTenant dps;
    private ProvisioningService service;

    @BeforeEach
    void start() throws IOException {
        there = new CloudSite(elsewhere);
        there.start(0, 0);
        database = Databases.open(directory.resolve("cloud.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, random);
        here = Hub.open(HubSettings.of(HERE), database, sealer, InstantSource.system(), random);
        service = new ProvisioningService(
                DpsSettings.of("service.here.test", "provisioning.here.test"),
                database,
                sealer,
                new InProcessHub(here),
                InstantSource.system(),
                System::nanoTime,
                random);
        dps = service.defaultTenant();
    }

    @AfterEach
    void stop() {
        here.close();
        database.close();
        there.close();
    }

    @Test
    @Tag("DPS-17")
    @Tag("DPS-18")
    void aDeviceIsMadeThereWithItsTwinMovesThereAndBackAndIsForgottenWhereItLeft() throws Exception {
        assertThat(dps.linkedHubs().link(link("iothubowner", ca()))).isInstanceOf(LinkReply.Linked.class);
        enroll(THERE);
        RegistrationStatus.State first = register();

        assertThat(first.assignedHub()).contains(THERE);
        assertThat(first.substatus()).contains("initialAssignment");
        assertThat(there.hub().identities().find(DEVICE))
                .hasValueSatisfying(device -> assertThat(device.keys()).isEqualTo(keys));
        assertThat(desired(there.hub())).isEqualTo("{\"interval\":10}");
        assertThat(dps.configuration(dps.records().find(ID).orElseThrow())).isEqualTo(new Configuration.Pending());

        there.hub()
                .twins()
                .patch(
                        DEVICE,
                        Optional.empty(),
                        Optional.of(Json.object().add("interval", 60).build()),
                        IfMatch.ANY);
        enroll(HERE);
        assertThat(register().substatus()).contains("deviceDataMigrated");
        assertThat(desired(here)).isEqualTo("{\"interval\":60}");
        assertThat(there.hub().identities().find(DEVICE)).isEmpty();

        enroll(THERE);
        assertThat(register().substatus()).contains("reprovisionedToInitialAssignment");
        assertThat(desired(there.hub())).isEqualTo("{\"interval\":60}");
        assertThat(here.identities().find(DEVICE)).isEmpty();
        assertThat(register().assignedHub()).as("registering again").contains(THERE);
    }

    @Test
    @Tag("DPS-18")
    void aLinkThatCannotWorkIsRefusedWhenItIsMade() throws Exception {
        assertThatThrownBy(() -> dps.linkedHubs().link(link("registryReadWrite", ca())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ServiceConnect");
        assertThatThrownBy(() -> dps.linkedHubs().link(link("iothubowner", Optional.empty())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not trusted");
        assertThat(dps.linkedHubs().isLinked(THERE)).isFalse();
    }

    @Test
    void aHubThatIsDownFailsTheRegistrationWithWhatToDoAndTheNextOneWorks() throws Exception {
        dps.linkedHubs().link(link("iothubowner", ca()));
        enroll(THERE);
        int port = there.endpoint().httpsPort();
        there.endpoint().close();
        RegistrationStatus.State failed = register();

        assertThat(failed.errorCode()).contains(503002);
        assertThat(failed.errorMessage())
                .hasValueSatisfying(text -> assertThat(text).contains("cannot be reached", THERE.text()));
        assertThat(dps.records().find(ID)).isEmpty();
        there.start(port, 0);
        assertThat(register().assignedHub()).contains(THERE);
    }

    @Test
    @Tag("HUB-08")
    void theKeyOfTheLinkLiesSealedAndIsNotShown() throws Exception {
        HubLink link = link("iothubowner", ca());
        dps.linkedHubs().link(link);
        String key = link.access().orElseThrow().policy().key().revealBase64();

        assertThat(dps.linkedHubs().find(THERE).orElseThrow().toJson().toString())
                .doesNotContain(key);
        assertThat(dps.linkedHubs().find(THERE).orElseThrow().toString()).doesNotContain(key);
        Bytes clear = Bytes.of(link.access().orElseThrow().policy().key().reveal());
        for (String file : new String[] {"cloud.db", "cloud.db-wal"}) {
            assertThat(Bytes.of(Files.readAllBytes(directory.resolve(file))).toString())
                    .doesNotContain(clear.toString());
        }
    }

    private void enroll(HubName hub) {
        IndividualEnrollment enrollment = IndividualEnrollment.of(ID, new AttestationMechanism.SymmetricKey(keys))
                .with(new InitialTwin(
                        Json.object().build(), Json.object().add("interval", 10).build()))
                .with(hub);
        dps.enrollments().create(enrollment);
        dps.enrollments().update(enrollment, IfMatch.ANY);
    }

    private RegistrationStatus.State register() {
        SasToken token = SasToken.sign(
                ResourceUri.registration(dps.idScope(), ID),
                Instant.now().plusSeconds(600),
                Optional.empty(),
                keys.primary()::hmacSha256);
        var attempt = new RegistrationAttempt(
                dps.idScope(), new RegistrationRequest(ID, Optional.empty(), Optional.empty()), Optional.of(token));
        if (service.desk().register(attempt) instanceof RegistrationAnswer.Accepted(String operation, Duration _)) {
            return Await.value(
                            Duration.ofSeconds(40),
                            "the registration ends",
                            () -> state(attempt, operation),
                            Optional::isPresent)
                    .orElseThrow();
        }
        throw new AssertionError("not accepted");
    }

    private Optional<RegistrationStatus.State> state(RegistrationAttempt attempt, String operation) {
        return service.desk().status(attempt, operation)
                        instanceof RegistrationAnswer.Finished(RegistrationStatus status)
                ? status.state()
                : Optional.empty();
    }

    private Optional<String> ca() throws IOException {
        return Optional.of(Files.readString(Path.of(
                Json.parseObject(Files.readString(there.connectionFile())).getString("caFile"))));
    }

    private HubLink link(String policy, Optional<String> ca) {
        String key = there.hub()
                .policies()
                .find(policy)
                .orElseThrow()
                .keys()
                .primary()
                .revealBase64();
        var json = Json.object()
                .add(
                        "connectionString",
                        "HostName=" + THERE + ";SharedAccessKeyName=" + policy + ";SharedAccessKey=" + key)
                .add("port", there.endpoint().httpsPort());
        ca.ifPresent(pem -> json.add("caCertificates", pem));
        return HubLink.parse(THERE, json.build());
    }

    private static String desired(Hub hub) {
        return hub.twins().find(DEVICE).orElseThrow().desired().properties().toString();
    }
}
