// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.Milestones.Milestone;
import io.postern.gateway.identity.Attestation;
import io.postern.gateway.identity.Attestation.Kind;
import io.postern.gateway.provisioning.ProvisioningOutcome.Assigned;
import io.postern.gateway.provisioning.ProvisioningOutcome.Denied;
import io.postern.gateway.provisioning.ProvisioningOutcome.Disabled;
import io.postern.gateway.provisioning.ProvisioningOutcome.Failed;
import io.postern.gateway.provisioning.ProvisioningOutcome.NoIdentity;
import io.postern.gateway.provisioning.ProvisioningOutcome.Unreachable;
import io.postern.gateway.provisioning.ScriptedDpsLink.Asked;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.DpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.gateway.spi.UnreachableException;
import io.postern.testkit.LabCa;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ProvisionerTest extends ProvisioningScene {
    @Test
    @Tag("DPS-06")
    @Tag("HUB-05")
    void aChallengeIsOpenedSignedAndAnsweredUntilTheAssignmentIsKept() throws Exception {
        link.replies(CHALLENGE, assigning(3), assigning(5), ASSIGNED);

        assertThat(provisioner().attempt(_ -> {})).isEqualTo(new Assigned(ASSIGNMENT));

        assertThat(link.asked()).extracting(Asked::operation).containsExactly("", "", "op-3", "op-5");
        assertThat(link.asked())
                .allMatch(asked -> asked.scope().equals(SCOPE) && asked.id().equals(ID));
        assertThat(link.asked().getFirst().token()).isEmpty();
        SasToken proof = link.asked().get(1).token().orElseThrow();
        assertThat(proof.isSignedBy(NONCE_KEY)).isTrue();
        assertThat(proof.resource().path()).isEqualTo(SCOPE + "/registrations/" + ID);
        assertThat(proof.keyName()).contains("registration");
        assertThat(proof.expiry()).isEqualTo("2026-03-01T09:00:00Z");
        assertThat(link.asked().subList(1, 4)).allMatch(asked -> asked.token().equals(Optional.of(proof)));
        assertThat(pauses).containsExactly(Duration.ofSeconds(3), Duration.ofSeconds(5));
        assertThat(module.kept()).contains(HUB_KEY);
        assertThat(module.loaded()).isZero();
        assertThat(module.mostLoaded()).as("a TPM has three slots").isEqualTo(1);
        assertThat(milestones)
                .containsExactly(Milestone.TPM_READY, Milestone.CHALLENGED, Milestone.ACTIVATED, Milestone.ASSIGNED);
    }

    @Test
    void aRestartGoesOnWithTheStoredAssignmentAndAsksNobody() throws Exception {
        link.replies(CHALLENGE, ASSIGNED);
        provisioner().attempt(_ -> {});
        int asked = link.asked().size();

        assertThat(provisioner().stored()).contains(ASSIGNMENT);
        assertThat(link.asked()).hasSize(asked);
    }

    @Test
    void aStoredAssignmentThatCannotBeReadCountsAsNone() throws Exception {
        store.write("assignment", Json.object().add("hub", "???").build());

        assertThat(provisioner().stored()).isEmpty();
    }

    @Test
    @Tag("DPS-28")
    void registeringAgainIsNormalAndTheNewKeyAndHubHold() throws Exception {
        link.replies(CHALLENGE, ASSIGNED);
        link.replies(CHALLENGE, assigned(Optional.of(SECOND_HUB), Optional.of(blob(SECOND_HUB_KEY))));

        provisioner().attempt(_ -> {});
        provisioner().attempt(_ -> {});

        assertThat(provisioner().stored().map(Assignment::hub)).contains(SECOND_HUB);
        assertThat(module.kept()).contains(SECOND_HUB_KEY);
    }

    @Test
    void aDeniedGatewayIsLetInOnALaterAttempt() throws Exception {
        var provisioner = provisioner();
        link.replies(DENIED, CHALLENGE, ASSIGNED);

        assertThat(provisioner.attempt(_ -> {})).isEqualTo(new Denied(404, "no enrollment"));
        assertThat(provisioner.stored()).isEmpty();
        assertThat(provisioner.attempt(_ -> {})).isEqualTo(new Assigned(ASSIGNMENT));
    }

    @Test
    void whateverTheServiceRefusesLeavesTheOldAssignmentInForce() throws Exception {
        link.replies(CHALLENGE, ASSIGNED);
        provisioner().attempt(_ -> {});
        var busy = new RegistrationReply.Failed(429, "busy", true, Optional.of(Duration.ofSeconds(9)));

        link.replies(DENIED);
        assertThat(provisioner().attempt(_ -> {})).isInstanceOf(Denied.class);
        link.replies(CHALLENGE, new RegistrationReply.Disabled("switched off"));
        assertThat(provisioner().attempt(_ -> {})).isEqualTo(new Disabled("switched off"));
        link.replies(busy);
        assertThat(provisioner().attempt(_ -> {}))
                .isEqualTo(new Failed("429: busy", true, Optional.of(Duration.ofSeconds(9))));
        link.replies(CHALLENGE, CHALLENGE);
        assertThat(provisioner().attempt(_ -> {})).isInstanceOf(Failed.class);

        assertThat(provisioner().stored()).contains(ASSIGNMENT);
        assertThat(module.kept()).contains(HUB_KEY);
        assertThat(module.loaded()).isZero();
    }

    @Test
    void anAssignmentThatLacksSomethingIsNotTaken() throws Exception {
        link.replies(CHALLENGE, assigned(Optional.empty(), Optional.of(blob(HUB_KEY))));
        assertThat(reason(provisioner().attempt(_ -> {}))).contains("without naming the hub");
        link.replies(CHALLENGE, assigned(Optional.of(HUB), Optional.empty()));
        assertThat(reason(provisioner().attempt(_ -> {}))).contains("without a hub key");
        link.replies(CHALLENGE, assigned(Optional.of(HUB), Optional.of(Bytes.hex("00"))));
        assertThat(reason(provisioner().attempt(_ -> {}))).contains("cannot be read");

        assertThat(module.kept()).isEmpty();
        assertThat(provisioner().stored()).isEmpty();
    }

    @Test
    void aServiceThatNeverDecidesIsLeftAfterAMinute() throws Exception {
        link.replies(CHALLENGE);
        for (int i = 0; i <= 20; i++) {
            link.replies(assigning(3));
        }

        assertThat(reason(provisioner().attempt(_ -> {}))).contains("not decided after 20 questions");
        assertThat(pauses).hasSize(20);
    }

    @Test
    void aBrokenNetworkOrTpmMayWorkInAMoment() throws Exception {
        link.fails(new UnreachableException("cannot reach provisioning.lab.test", new IOException()));
        assertThat(provisioner().attempt(_ -> {})).isEqualTo(new Unreachable("cannot reach provisioning.lab.test"));
        link.replies(CHALLENGE).fails(new IOException("connection reset"));
        assertThat(provisioner().attempt(_ -> {})).isEqualTo(new Failed("connection reset", true, Optional.empty()));

        module.failWith(new IOException("there is no TPM 2.0 at /dev/tpmrm0"));
        assertThat(provisioner().attempt(_ -> {})).isEqualTo(new NoIdentity("there is no TPM 2.0 at /dev/tpmrm0"));
        assertThat(module.loaded()).isZero();
    }

    @Test
    void theRegistrationIdCanBeChosen() throws Exception {
        var chosen = RegistrationId.of("pump-house-3");
        link.replies(CHALLENGE, ASSIGNED);

        provisioner(Provisioner.Settings.of(SCOPE), module, Optional.of(chosen)).attempt(_ -> {});

        assertThat(link.asked()).allMatch(asked -> asked.id().equals(chosen));
        assertThat(link.asked().get(1).token().orElseThrow().resource().path()).endsWith("/pump-house-3");
    }

    @Test
    void anInterruptEndsTheAttempt() {
        link.replies(CHALLENGE, assigning(3));
        var provisioner = Provisioner.of(
                Provisioner.Settings.of(SCOPE), tpm(module), link, store, clock, Pause.REAL, (m, s) -> {});

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> provisioner.attempt(_ -> {})).isInstanceOf(InterruptedException.class);
    }

    @Test
    @Tag("HUB-02")
    @Tag("CEN-09")
    void aSymmetricKeySignsAtOnceAndNeedsNoHubKey() throws Exception {
        var id = RegistrationId.of("gw-7");
        link.replies(assigning(3), assigned(Optional.of(HUB), Optional.empty()));
        var provisioner = Provisioner.of(
                Provisioner.Settings.of(SCOPE),
                new Attestation.SymmetricKey(id, HUB_KEY::hmacSha256),
                (DpsLink) link,
                store,
                clock,
                pauses::add,
                (m, s) -> {});

        var expected = new Assignment(SCOPE, id, Kind.SYMMETRIC_KEY, Optional.empty(), HUB, DEVICE);
        assertThat(provisioner.attempt(_ -> {})).isEqualTo(new Assigned(expected));
        assertThat(link.asked()).hasSize(2).allSatisfy(asked -> {
            SasToken token = asked.token().orElseThrow();
            assertThat(token.isSignedBy(HUB_KEY)).isTrue();
            assertThat(token.keyName()).contains("registration");
            assertThat(token.resource().path()).isEqualTo("0ne000LAB/registrations/gw-7");
        });
        assertThat(provisioner.stored()).contains(expected);
    }

    @Test
    @Tag("DPS-05")
    @Tag("DPS-11")
    void aCertificateIsShownAndItsCommonNameIsTheRegistrationId() throws Exception {
        var holder = LabCa.root("Plant", clock.instant()).device("Gw-7");
        var certificate = new ClientCertificate(holder.chain(), holder.key());
        link.replies(assigned(Optional.of(HUB), Optional.empty()));
        var provisioner = Provisioner.of(
                Provisioner.Settings.of(SCOPE),
                new Attestation.X509(() -> certificate, Optional.empty()),
                (DpsLink) link,
                store,
                clock,
                pauses::add,
                (m, s) -> {});

        assertThat(provisioner.attempt(_ -> {})).isInstanceOf(Assigned.class);
        assertThat(link.asked().getLast().id()).isEqualTo(RegistrationId.of("gw-7"));
        assertThat(link.asked().getLast().proof()).contains(new Credential.Certificate(certificate));
    }

    @Test
    void anEnrollmentOfAnotherKindIsNamed() throws Exception {
        link.replies(CHALLENGE);
        var provisioner = Provisioner.of(
                Provisioner.Settings.of(SCOPE),
                new Attestation.SymmetricKey(ID, HUB_KEY::hmacSha256),
                (DpsLink) link,
                store,
                clock,
                pauses::add,
                (m, s) -> {});

        assertThat(reason(provisioner.attempt(_ -> {}))).contains("asks for the proof of a TPM", "key identity");
    }

    @Test
    void aPowerCutAtAnyStepLeavesKeyAndAssignmentOfTheSameHubOrNone() throws Exception {
        int cuts = 0;
        for (int at = 1; ; at++) {
            var powerCut = new PowerCut(at);
            var store = new MemoryStore(powerCut);
            var module = new FakeSecurityModule(KEYS, powerCut);
            var link = new ScriptedDpsLink()
                    .replies(CHALLENGE, ASSIGNED)
                    .replies(CHALLENGE, assigned(Optional.of(SECOND_HUB), Optional.of(blob(SECOND_HUB_KEY))));
            var provisioner = Provisioner.of(
                    Provisioner.Settings.of(SCOPE), tpm(module), link, store, clock, pauses::add, (m, s) -> {});
            boolean cut = false;
            try {
                provisioner.attempt(_ -> {});
                provisioner.attempt(_ -> {});
            } catch (PowerCut.Off e) {
                cut = true;
                cuts++;
            }
            Optional<Assignment> found = provisioner.stored();
            found.ifPresent(assignment ->
                    assertThat(module.kept()).contains(assignment.hub().equals(HUB) ? HUB_KEY : SECOND_HUB_KEY));
            if (!cut) {
                assertThat(found.map(Assignment::hub)).contains(SECOND_HUB);
                break;
            }
        }
        assertThat(cuts).isEqualTo(14);
    }
}
