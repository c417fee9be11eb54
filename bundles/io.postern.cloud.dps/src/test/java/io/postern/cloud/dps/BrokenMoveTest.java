// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.HubsFixture.DEVICE;
import static io.postern.cloud.dps.HubsFixture.NORTH;
import static io.postern.cloud.dps.HubsFixture.SOUTH;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.BreakableHub.Break;
import io.postern.cloud.dps.allocation.AllocationTerms;
import io.postern.cloud.hub.IfMatch;
import io.postern.wire.Json;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A move that breaks off at any step loses nothing, and the next registration brings it to its end. */
class BrokenMoveTest {
    @TempDir
    Path directory;

    private HubsFixture dps;

    @BeforeEach
    void open() throws Exception {
        dps = new HubsFixture(directory);
        dps.enroll(AllocationTerms.only(NORTH), ReprovisionPolicy.MIGRATE);
        dps.register();
        dps.north
                .twins()
                .patch(
                        DEVICE,
                        Optional.empty(),
                        Optional.of(Json.object().add("interval", 60).build()),
                        IfMatch.ANY);
        dps.north.twins().report(DEVICE, Json.object().add("firmware", "7").build(), OptionalLong.empty());
        dps.enroll(AllocationTerms.only(SOUTH), ReprovisionPolicy.MIGRATE);
    }

    @AfterEach
    void close() {
        dps.close();
    }

    @Test
    void whenTheOldHubDoesNotAnswerNothingHasChanged() {
        dps.northLine.breakAt(Break.BEFORE_FIND);

        failsAndStays();
        dps.northLine.breakAt(Break.NOWHERE);
        movesWhole();
    }

    @ParameterizedTest
    @EnumSource(names = {"BEFORE_PLACE", "AFTER_PLACE"})
    void whenTheNewHubFailsTheOldOneStillCounts(Break where) {
        dps.southLine.breakAt(where);

        failsAndStays();
        dps.restarted();
        dps.southLine.breakAt(Break.NOWHERE);
        movesWhole();
    }

    @Test
    void whatTheNewHubWasGivenInVainIsTakenBackWhenTheDeviceStays() {
        dps.southLine.breakAt(Break.AFTER_PLACE);
        failsAndStays();
        assertThat(HubsFixture.knows(dps.south)).isTrue();

        dps.southLine.breakAt(Break.NOWHERE);
        dps.enroll(AllocationTerms.only(NORTH), ReprovisionPolicy.MIGRATE);
        assertThat(dps.register().assignedHub()).contains(NORTH);

        assertThat(HubsFixture.knows(dps.south)).isFalse();
        assertThat(dps.twin(dps.north).desired().properties()).hasToString("{\"interval\":60}");
    }

    @ParameterizedTest
    @EnumSource(names = {"BEFORE_REMOVE", "AFTER_REMOVE"})
    void whenTheOldHubCannotForgetTheDeviceHasMovedAndTheNextRegistrationCleansUp(Break where) {
        dps.northLine.breakAt(where);
        RegistrationStatus.State state = dps.register();
        assertThat(state.assignedHub()).contains(SOUTH);
        assertThat(state.substatus()).contains("deviceDataMigrated");

        dps.restarted();
        dps.northLine.breakAt(Break.NOWHERE);
        movesWhole();
    }

    private void failsAndStays() {
        RegistrationStatus.State state = dps.register();
        assertThat(state.status()).isEqualTo(Status.FAILED);
        assertThat(state.errorMessage())
                .hasValueSatisfying(text -> assertThat(text).contains("broken"));
        assertThat(dps.record().assignedHub()).isEqualTo(NORTH);
        assertThat(dps.twin(dps.north).desired().properties()).hasToString("{\"interval\":60}");
        assertThat(dps.twin(dps.north).reported().properties()).hasToString("{\"firmware\":\"7\"}");
    }

    private void movesWhole() {
        RegistrationStatus.State state = dps.register();
        assertThat(state.assignedHub()).contains(SOUTH);
        assertThat(state.substatus()).contains("deviceDataMigrated");
        assertThat(dps.twin(dps.south).desired().properties()).hasToString("{\"interval\":60}");
        assertThat(dps.twin(dps.south).reported().properties()).hasToString("{\"firmware\":\"7\"}");
        assertThat(HubsFixture.knows(dps.north)).isFalse();
    }
}
