// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.HubsFixture.DEVICE;
import static io.postern.cloud.dps.HubsFixture.NORTH;
import static io.postern.cloud.dps.HubsFixture.SOUTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.postern.cloud.dps.allocation.AllocationPolicy;
import io.postern.cloud.dps.allocation.AllocationTerms;
import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.CloseReason;
import io.postern.cloud.hub.DeviceConnection;
import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.SharedAccessPolicies;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hubs of a tenant, and how the desk spreads devices over them. */
class LinkedHubsTest {
    private static final ReprovisionPolicy MIGRATE = ReprovisionPolicy.MIGRATE;

    @TempDir
    Path directory;

    private HubsFixture dps;

    @BeforeEach
    void open() throws Exception {
        dps = new HubsFixture(directory);
    }

    @AfterEach
    void close() {
        dps.close();
    }

    @Test
    @Tag("DPS-17")
    void theFirstHubOfTheProcessIsLinkedToTheDefaultTenantAndToNoOther() {
        dps.tenant().linkedHubs().unlink(SOUTH, false);
        var other = ((TenantReply.Created) dps.service().tenants().create(new TenantName("plant-b"))).tenant();

        assertThat(dps.links().all()).extracting(HubLink::name).containsExactly(NORTH);
        assertThat(other.linkedHubs().all()).isEmpty();
    }

    @Test
    void whatIsUnlinkedStaysUnlinkedAfterARestart() {
        dps.links().unlink(NORTH, false);

        assertThat(dps.restarted().defaultTenant().linkedHubs().all())
                .extracting(HubLink::name)
                .containsExactly(SOUTH);
    }

    @Test
    @Tag("DPS-14")
    void anotherTenantLinksAHubOfThisProcessByAPolicyOfThatHubOnly() throws IOException {
        var other = ((TenantReply.Created) dps.service().tenants().create(new TenantName("plant-b"))).tenant();
        HubLinks links = other.linkedHubs();

        assertThatIllegalArgumentException().isThrownBy(() -> links.link(HubLink.inProcess(NORTH)));
        assertThatIllegalArgumentException().isThrownBy(() -> links.link(link(NORTH, dps.south, "iothubowner")));
        assertThatIllegalArgumentException().isThrownBy(() -> links.link(link(NORTH, dps.north, "registryReadWrite")));
        assertThat(links.link(link(NORTH, dps.north, SharedAccessPolicies.OWNER)))
                .isEqualTo(new LinkReply.Linked(HubLink.inProcess(NORTH)));
    }

    @Test
    @Tag("DPS-19")
    void devicesAreSpreadByTheWeightsOfTheLinks() throws IOException {
        dps.links()
                .link(HubLink.parse(
                        NORTH, Json.object().add("allocationWeight", 3).build()));
        Map<HubName, Integer> shares = new HashMap<>();
        for (int i = 0; i < 80; i++) {
            RegistrationId id = RegistrationId.of("meter-" + i);
            dps.tenant().enrollments().create(IndividualEnrollment.of(id, dps.keys));
            shares.merge(dps.register(id, Optional.empty()).assignedHub().orElseThrow(), 1, Integer::sum);
        }

        // 60 : 20; the names are fixed, so is what becomes of them
        assertThat(shares.get(NORTH)).isBetween(50, 70);
        assertThat(dps.links().devices(NORTH))
                .isEqualTo(shares.getOrDefault(NORTH, 0).longValue());
    }

    @Test
    @Tag("DPS-20")
    void theHubWithTheLatencyTheDeviceReportsAsLowestIsTaken() {
        dps.tenant().allocation().change(new AllocationPolicy.GeoLatency());
        dps.enroll(AllocationTerms.OF_SERVICE, MIGRATE);

        assertThat(dps.register(Optional.of(latencies(30, 5))).assignedHub()).contains(SOUTH);
        assertThat(dps.register(Optional.of(latencies(5, 30))).assignedHub()).contains(NORTH);
    }

    @Test
    @Tag("DPS-21")
    void theEnrollmentBeatsThePolicyOfTheServiceWhichOutlivesARestart() {
        dps.tenant().allocation().change(new AllocationPolicy.GeoLatency());
        assertThat(dps.restarted().defaultTenant().allocation().policy()).isEqualTo(new AllocationPolicy.GeoLatency());
        dps.enroll(AllocationTerms.only(NORTH), MIGRATE);

        assertThat(dps.register(Optional.of(latencies(30, 5))).assignedHub()).contains(NORTH);
    }

    @Test
    @Tag("DPS-02")
    void aDeviceIsConfiguredWhenItHasFetchedItsTwinAtTheHubItIsAssignedTo() throws Exception {
        dps.enroll(AllocationTerms.only(NORTH), MIGRATE);
        dps.register();
        assertThat(configured()).isEqualTo(new Configuration.Pending());

        fetchTwin(dps.north);
        assertThat(configured()).isInstanceOf(Configuration.Done.class);
        dps.register();
        assertThat(configured()).as("after registering again at the same hub").isInstanceOf(Configuration.Done.class);

        dps.enroll(AllocationTerms.only(SOUTH), MIGRATE);
        dps.register();
        assertThat(configured()).as("after the move").isEqualTo(new Configuration.Pending());
        assertThat(dps.record().toJson(configured()).getJsonObject("postern")).hasToString("{\"configured\":false}");
        fetchTwin(dps.south);
        assertThat(configured()).isInstanceOf(Configuration.Done.class);
    }

    private Configuration configured() {
        return dps.tenant().configuration(dps.record());
    }

    private void fetchTwin(Hub hub) throws Exception {
        SasToken token = SasToken.sign(
                ResourceUri.device(hub.name(), DEVICE),
                dps.clock.instant().plusSeconds(60),
                Optional.empty(),
                dps.keys.keys().primary()::hmacSha256);
        if (hub.gatekeeper().admitDevice(token, DEVICE) instanceof AccessDecision.Allowed<Principal.Device> allowed) {
            try (DeviceSession session = hub.connect(allowed.principal(), Optional.empty(), new Listening())
                    .orElseThrow()) {
                session.twin();
            }
            return;
        }
        throw new AssertionError("not admitted to " + hub.name());
    }

    /** A connection that only listens. */
    private static final class Listening implements DeviceConnection {
        @Override
        public void close(CloseReason reason) {}

        @Override
        public void desiredChanged(JsonObject patch, long version) {}
    }

    private static HubLink link(HubName name, Hub keysOf, String policy) {
        String key =
                keysOf.policies().find(policy).orElseThrow().keys().primary().revealBase64();
        return HubLink.parse(
                name,
                Json.object()
                        .add(
                                "connectionString",
                                "HostName=" + name + ";SharedAccessKeyName=" + policy + ";SharedAccessKey=" + key)
                        .build());
    }

    private static JsonObject latencies(int north, int south) {
        return Json.object()
                .add(
                        "postern",
                        Json.object()
                                .add(
                                        "latencyMs",
                                        Json.object().add(NORTH.text(), north).add(SOUTH.text(), south)))
                .build();
    }
}
