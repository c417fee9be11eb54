// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.identity.Attestation.Kind;
import io.postern.gateway.provisioning.ProvisioningOutcome.Assigned;
import io.postern.gateway.provisioning.ProvisioningOutcome.Failed;
import io.postern.gateway.provisioning.ProvisioningOutcome.TpmChanged;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.TpmAttestation;
import jakarta.json.JsonObject;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A gateway whose TPM is not, or no longer, the one it was registered with. */
class TpmReplacementTest extends ProvisioningScene {
    @Test
    @Tag("DPS-30")
    void theStoredAssignmentHoldsOnlyForTheSameScopeIdTpmAndKey() throws Exception {
        assertThat(provisioner().stored()).isEmpty();
        link.replies(CHALLENGE, ASSIGNED);
        provisioner().attempt(_ -> {});

        var otherScope = Provisioner.Settings.of(IdScope.of("0ne000OTHER"));
        assertThat(provisioner(otherScope, module).stored()).isEmpty();
        assertThat(provisioner(Provisioner.Settings.of(SCOPE), module, Optional.of(RegistrationId.of("gw-7")))
                        .stored())
                .isEmpty();
        var otherTpm = new FakeSecurityModule(FakeSecurityModule.otherKeys(), never);
        otherTpm.activate(FakeSecurityModule.blob(FakeSecurityModule.otherKeys(), HUB_KEY))
                .keep();
        assertThat(provisioner(Provisioner.Settings.of(SCOPE), otherTpm).stored())
                .isEmpty();
        module.loseKey();
        assertThat(provisioner().stored()).isEmpty();
    }

    @Test
    void aChallengeForAnotherTpmIsNotRetriedAtOnce() throws Exception {
        link.replies(
                new RegistrationReply.Challenge(FakeSecurityModule.blob(FakeSecurityModule.otherKeys(), NONCE_KEY)));

        assertThat(provisioner().attempt(_ -> {}))
                .isEqualTo(new Failed("made for another TPM", false, Optional.empty()));
    }

    @Test
    void aHubKeyForAnotherTpmLeavesTheOldAssignmentInForce() throws Exception {
        link.replies(CHALLENGE, ASSIGNED);
        provisioner().attempt(_ -> {});
        Bytes foreign = FakeSecurityModule.blob(FakeSecurityModule.otherKeys(), SECOND_HUB_KEY)
                .encode();
        link.replies(CHALLENGE, assigned(Optional.of(SECOND_HUB), Optional.of(foreign)));

        assertThat(provisioner().attempt(_ -> {})).isInstanceOf(Failed.class);
        assertThat(provisioner().stored()).contains(ASSIGNMENT);
        assertThat(module.kept()).contains(HUB_KEY);
    }

    @Test
    @Tag("DPS-30")
    void anotherTpmAsksForThePlaceOfTheFormerOneWithEveryAttemptUntilItIsGranted() throws Exception {
        link.replies(CHALLENGE, ASSIGNED);
        provisioner().attempt(_ -> {});
        TpmAttestation otherKeys = FakeSecurityModule.otherKeys();
        RegistrationId otherId = otherKeys.endorsementKey().registrationId();
        var exchanged = provisioner(Provisioner.Settings.of(SCOPE), new FakeSecurityModule(otherKeys, never));
        var change = new TpmChange.Replaced(ID, otherId, DEVICE);
        int before = link.asked().size();

        link.replies(DENIED);
        assertThat(exchanged.attempt(_ -> {})).isEqualTo(new TpmChanged(change, "404: no enrollment"));
        link.replies(new RegistrationReply.Disabled("waits for approval"));
        assertThat(exchanged.attempt(_ -> {})).isEqualTo(new TpmChanged(change, "waits for approval"));
        link.replies(new RegistrationReply.Failed(409001, "gw-1 is taken", true, Optional.empty()));
        assertThat(exchanged.attempt(_ -> {})).isEqualTo(new TpmChanged(change, "409001: gw-1 is taken"));
        link.replies(
                new RegistrationReply.Challenge(FakeSecurityModule.blob(otherKeys, NONCE_KEY)),
                assigned(
                        Optional.of(HUB),
                        Optional.of(FakeSecurityModule.blob(otherKeys, HUB_KEY).encode())));
        assertThat(exchanged.attempt(_ -> {}))
                .isEqualTo(new Assigned(new Assignment(SCOPE, otherId, Kind.TPM, tpmKeys(otherKeys), HUB, DEVICE)));

        JsonObject wish = Json.parseObject(
                "{\"postern\":{\"replaces\":{\"registrationId\":\"" + ID + "\",\"deviceId\":\"gw-1\"}}}");
        assertThat(link.asked().subList(before, link.asked().size()))
                .hasSize(5)
                .allSatisfy(asked -> assertThat(asked.payload()).contains(wish));
        assertThat(exchanged.stored()).isPresent();
        link.replies(DENIED);
        exchanged.attempt(_ -> {});
        assertThat(link.asked().getLast().payload())
                .as("nothing is replaced any more")
                .isEmpty();
    }

    @Test
    @Tag("DPS-30")
    void aClearedTpmIsToldApartFromAnotherOne() throws Exception {
        link.replies(CHALLENGE, ASSIGNED, DENIED, DENIED);
        provisioner().attempt(_ -> {});

        module.loseKey();
        assertThat(provisioner().attempt(_ -> {}))
                .isEqualTo(new TpmChanged(
                        new TpmChange.Cleared(ID, DEVICE, "it has lost the key to the hub"), "404: no enrollment"));
        var cleared = new FakeSecurityModule(FakeSecurityModule.clearedKeys(), never);
        assertThat(provisioner(Provisioner.Settings.of(SCOPE), cleared).attempt(_ -> {}))
                .isEqualTo(new TpmChanged(
                        new TpmChange.Cleared(ID, DEVICE, "its storage root key is another one"),
                        "404: no enrollment"));
        assertThat(link.asked().getLast().payload()).isEmpty();
    }
}
