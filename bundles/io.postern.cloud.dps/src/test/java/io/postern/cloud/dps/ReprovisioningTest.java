// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.HubsFixture.DEVICE;
import static io.postern.cloud.dps.HubsFixture.ID;
import static io.postern.cloud.dps.HubsFixture.NORTH;
import static io.postern.cloud.dps.HubsFixture.SOUTH;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.allocation.AllocationTerms;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.RegistryReply;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a registration after the first does, by the reprovision policy of the enrollment (DPS-28). */
class ReprovisioningTest {
    private static final ReprovisionPolicy MIGRATE = ReprovisionPolicy.MIGRATE;
    private static final ReprovisionPolicy RESET = new ReprovisionPolicy(true, false);
    private static final ReprovisionPolicy NEVER = new ReprovisionPolicy(false, false);

    @TempDir
    Path directory;

    private HubsFixture dps;

    @BeforeEach
    void open() throws Exception {
        dps = new HubsFixture(directory);
        dps.enroll(AllocationTerms.only(NORTH), MIGRATE);
        assertThat(dps.register().substatus()).contains("initialAssignment");
        dps.north
                .twins()
                .patch(
                        DEVICE,
                        Optional.empty(),
                        Optional.of(Json.object().add("interval", 60).build()),
                        IfMatch.ANY);
        dps.north.twins().report(DEVICE, Json.object().add("firmware", "7").build(), OptionalLong.empty());
    }

    @AfterEach
    void close() {
        dps.close();
    }

    @Test
    @Tag("DPS-28")
    void migratingTakesTheWholeTwinAlongAndLeavesNothingBehind() {
        dps.enroll(AllocationTerms.only(SOUTH), MIGRATE);
        RegistrationStatus.State state = dps.register();

        assertThat(state.assignedHub()).contains(SOUTH);
        assertThat(state.substatus()).contains("deviceDataMigrated");
        assertThat(dps.twin(dps.south).tags()).hasToString("{\"site\":\"first\"}");
        assertThat(dps.twin(dps.south).desired().properties()).hasToString("{\"interval\":60}");
        assertThat(dps.twin(dps.south).reported().properties()).hasToString("{\"firmware\":\"7\"}");
        assertThat(HubsFixture.knows(dps.north)).isFalse();
        assertThat(dps.record().assignedHub()).isEqualTo(SOUTH);
    }

    @Test
    void resettingBeginsWithTheInitialTwinOfTheEnrollment() {
        dps.enroll(AllocationTerms.only(SOUTH), RESET);

        assertThat(dps.register().substatus()).contains("deviceDataReset");
        assertThat(dps.twin(dps.south).desired().properties()).hasToString("{\"interval\":10}");
        assertThat(dps.twin(dps.south).reported().properties()).isEmpty();
        assertThat(HubsFixture.knows(dps.north)).isFalse();
    }

    @Test
    void neverStaysWhereItIsWhateverTheEnrollmentWants() {
        dps.enroll(AllocationTerms.only(SOUTH), NEVER);
        RegistrationStatus.State state = dps.register();

        assertThat(state.assignedHub()).contains(NORTH);
        assertThat(state.substatus()).contains("initialAssignment");
        assertThat(dps.twin(dps.north).desired().properties()).hasToString("{\"interval\":60}");
        assertThat(HubsFixture.knows(dps.south)).isFalse();
    }

    @Test
    @Tag("DPS-28")
    void registeringAgainAtTheSameHubKeepsTheTwinAndTheSubstatus() {
        dps.enroll(AllocationTerms.only(NORTH), RESET);

        assertThat(dps.register().substatus()).contains("initialAssignment");
        assertThat(dps.twin(dps.north).desired().properties()).hasToString("{\"interval\":60}");
        assertThat(dps.tenant().meter().counts())
                .containsEntry(Operation.REGISTRATION, 1L)
                .containsEntry(Operation.RE_REGISTRATION, 1L);
    }

    @Test
    void aDeviceMayComeBackToItsFirstHubAtOnceAlthoughOthersMayNotTakeItsName() {
        dps.enroll(AllocationTerms.only(SOUTH), MIGRATE);
        dps.register();
        assertThat(dps.north.identities().create(IdentityDraft.of(DEVICE)))
                .isInstanceOf(RegistryReply.Quarantined.class);

        dps.enroll(AllocationTerms.only(NORTH), MIGRATE);
        RegistrationStatus.State state = dps.register();

        assertThat(state.assignedHub()).contains(NORTH);
        assertThat(state.substatus()).contains("reprovisionedToInitialAssignment");
        assertThat(dps.twin(dps.north).desired().properties()).hasToString("{\"interval\":60}");
        assertThat(HubsFixture.knows(dps.south)).isFalse();
    }

    @Test
    void aDeviceThatItsHubHasDisabledStaysDisabledInTheNext() {
        dps.north.identities().update(IdentityDraft.of(DEVICE).disabled("stolen"), IfMatch.ANY);
        dps.enroll(AllocationTerms.only(SOUTH), RESET);
        dps.register();

        assertThat(dps.south.identities().find(DEVICE)).hasValueSatisfying(device -> {
            assertThat(device.enabled()).isFalse();
            assertThat(device.statusReason()).contains("stolen");
        });
    }

    @Test
    @Tag("DPS-17")
    void aDeviceOfAHubThatIsNoLongerLinkedBeginsAnewInAnother() {
        assertThat(dps.links().unlink(NORTH, false)).isEqualTo(new LinkReply.InUse(NORTH, 1));
        assertThat(dps.links().unlink(NORTH, true)).isEqualTo(new LinkReply.Unlinked(NORTH, 1));

        assertThat(dps.register().errorCode()).contains(400208);
        dps.enroll(AllocationTerms.OF_SERVICE, MIGRATE);
        RegistrationStatus.State state = dps.register();

        assertThat(state.assignedHub()).contains(SOUTH);
        assertThat(state.substatus()).contains("deviceDataReset");
        assertThat(HubsFixture.knows(dps.north)).isTrue();
    }

    @Test
    void aDeviceThatNeverMovesFailsWhenItsHubIsNoLongerLinked() {
        dps.enroll(AllocationTerms.OF_SERVICE, NEVER);
        dps.links().unlink(NORTH, true);
        RegistrationStatus.State state = dps.register();

        assertThat(state.status()).isEqualTo(Status.FAILED);
        assertThat(state.errorCode()).contains(400208);
        assertThat(state.errorMessage())
                .hasValueSatisfying(text -> assertThat(text).contains("no longer linked"));
    }

    @Test
    @Tag("DPS-12")
    void aNewNameInTheEnrollmentMovesTheDeviceWithinItsHub() {
        IndividualEnrollment renamed =
                dps.enrollment(AllocationTerms.only(NORTH), MIGRATE).with(DeviceId.of("hall-7"));
        dps.enroll(renamed);

        assertThat(dps.register().deviceId()).contains(DeviceId.of("hall-7"));
        assertThat(dps.north
                        .twins()
                        .find(DeviceId.of("hall-7"))
                        .orElseThrow()
                        .desired()
                        .properties())
                .hasToString("{\"interval\":60}");
        assertThat(HubsFixture.knows(dps.north)).isFalse();
    }

    @Test
    @Tag("DPS-12")
    void aNameThatAnotherRegistrationHoldsInTheNewHubIsRefused() {
        var other = RegistrationId.of("meter-2");
        dps.tenant()
                .enrollments()
                .create(IndividualEnrollment.of(other, dps.keys).with(DEVICE).with(SOUTH));
        assertThat(dps.register(other, Optional.empty()).assignedHub()).contains(SOUTH);

        dps.enroll(AllocationTerms.only(SOUTH), MIGRATE);
        RegistrationStatus.State state = dps.register();

        assertThat(state.status()).isEqualTo(Status.FAILED);
        assertThat(state.errorMessage())
                .hasValueSatisfying(text -> assertThat(text).contains("meter-2"));
        assertThat(dps.record().assignedHub()).isEqualTo(NORTH);
        assertThat(dps.twin(dps.north).desired().properties()).hasToString("{\"interval\":60}");
        assertThat(dps.tenant().records().find(ID)).isPresent();
    }
}
