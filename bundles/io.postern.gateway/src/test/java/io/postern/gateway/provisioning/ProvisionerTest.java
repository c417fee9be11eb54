// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.Milestones.Milestone;
import io.postern.gateway.identity.Attestation;
import io.postern.gateway.identity.Attestation.Kind;
import io.postern.gateway.provisioning.Assignment.TpmKeys;
import io.postern.gateway.provisioning.ProvisioningOutcome.Assigned;
import io.postern.gateway.provisioning.ProvisioningOutcome.Denied;
import io.postern.gateway.provisioning.ProvisioningOutcome.Disabled;
import io.postern.gateway.provisioning.ProvisioningOutcome.Failed;
import io.postern.gateway.provisioning.ProvisioningOutcome.NoIdentity;
import io.postern.gateway.provisioning.ProvisioningOutcome.TpmChanged;
import io.postern.gateway.provisioning.ProvisioningOutcome.Unreachable;
import io.postern.gateway.provisioning.ScriptedDpsLink.Asked;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.DpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.gateway.spi.UnreachableException;
import io.postern.testkit.LabCa;
import io.postern.testkit.MovableClock;
import io.postern.testkit.TpmVectors;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.ModelId;
import io.postern.wire.RegistrationId;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ProvisionerTest {
    private static final IdScope SCOPE = IdScope.of("0ne000LAB");
    private static final TpmAttestation KEYS = FakeSecurityModule.vectorKeys();
    private static final RegistrationId ID = RegistrationId.of(TpmVectors.text("registration_id"));
    private static final Secret NONCE_KEY = Secret.utf8("the nonce key of a challenge, 32 by");
    private static final Secret HUB_KEY = Secret.utf8("the hub key of the first assignment");
    private static final Secret SECOND_HUB_KEY = Secret.utf8("the hub key of the second assignment");
    private static final HubName HUB = HubName.of("hub.lab.test");
    private static final HubName SECOND_HUB = HubName.of("hub2.lab.test");
    private static final DeviceId DEVICE = DeviceId.of("gw-1");
    private static final RegistrationReply CHALLENGE =
            new RegistrationReply.Challenge(FakeSecurityModule.blob(KEYS, NONCE_KEY));
    private static final RegistrationReply ASSIGNED = assigned(Optional.of(HUB), Optional.of(blob(HUB_KEY)));
    private static final RegistrationReply DENIED = new RegistrationReply.Denied(404, "no enrollment");
    private static final Assignment ASSIGNMENT = new Assignment(SCOPE, ID, Kind.TPM, tpmKeys(KEYS), HUB, DEVICE);

    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    private final PowerCut never = new PowerCut(0);
    private final FakeSecurityModule module = new FakeSecurityModule(KEYS, never);
    private final MemoryStore store = new MemoryStore(never);
    private final ScriptedDpsLink link = new ScriptedDpsLink();
    private final List<Duration> pauses = new ArrayList<>();
    private final List<Milestone> milestones = new ArrayList<>();

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
    void configurationModelAndWishShareOnePayload() throws Exception {
        var payload = new RegistrationPayload(
                Optional.of(Json.parseObject("{\"site\":\"north\"}")),
                Optional.of(ModelId.of("dtmi:lab:gw;1")),
                HubLatencies.NONE);
        link.replies(CHALLENGE, ASSIGNED, DENIED);
        provisioner(new Provisioner.Settings(SCOPE, payload), module).attempt(_ -> {});
        assertThat(link.asked().getLast().payload())
                .contains(Json.parseObject("{\"site\":\"north\",\"modelId\":\"dtmi:lab:gw;1\"}"));

        var other = new FakeSecurityModule(FakeSecurityModule.otherKeys(), never);
        provisioner(new Provisioner.Settings(SCOPE, payload), other).attempt(_ -> {});
        assertThat(link.asked().getLast().payload().orElseThrow()).containsOnlyKeys("site", "modelId", "postern");
        assertThatThrownBy(() -> new RegistrationPayload(
                        Optional.of(Json.parseObject("{\"postern\":{}}")), Optional.empty(), HubLatencies.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Tag("DPS-30")
    void aTpmsCertificateIsToldAndNeverWhatARegistrationFailsFor() throws Exception {
        var none = RegistrationPayload.NONE;
        link.replies(CHALLENGE, ASSIGNED, CHALLENGE, ASSIGNED);

        provisioner(new Provisioner.Settings(SCOPE, none), module.certified(() -> Optional.of(Bytes.hex("3082"))))
                .attempt(_ -> {});
        assertThat(link.asked().getLast().payload())
                .contains(Json.parseObject("{\"postern\":{\"endorsementKeyCertificate\":\"MII=\"}}"));

        FakeSecurityModule mute = module.certified(() -> {
            throw new IOException("the TPM does not answer");
        });
        assertThat(provisioner(new Provisioner.Settings(SCOPE, none), mute).attempt(_ -> {}))
                .isInstanceOf(ProvisioningOutcome.Assigned.class);
        assertThat(link.asked().getLast().payload()).isEmpty();
    }

    @Test
    @Tag("DPS-20")
    void hubsAreMeasuredAndTheNearestThatAnswersAreTold() throws Exception {
        try (var near = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var candidates = List.of(
                    HubLatencies.Candidate.parse("127.0.0.1:" + near.getLocalPort()),
                    HubLatencies.Candidate.parse("nowhere.invalid"));
            var payload = new RegistrationPayload(Optional.empty(), Optional.empty(), new HubLatencies(candidates));
            link.replies(CHALLENGE, ASSIGNED);

            provisioner(new Provisioner.Settings(SCOPE, payload), module).attempt(_ -> {});

            JsonObject told = link.asked()
                    .getLast()
                    .payload()
                    .orElseThrow()
                    .getJsonObject("postern")
                    .getJsonObject("latencyMs");
            assertThat(told).containsOnlyKeys("127.0.0.1");
            assertThat(told.getInt("127.0.0.1")).isBetween(0, 2000);
        }
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

    private Provisioner provisioner() {
        return provisioner(Provisioner.Settings.of(SCOPE), module);
    }

    private Provisioner provisioner(Provisioner.Settings settings, FakeSecurityModule module) {
        return provisioner(settings, module, Optional.empty());
    }

    private Provisioner provisioner(
            Provisioner.Settings settings, FakeSecurityModule module, Optional<RegistrationId> chosen) {
        return Provisioner.of(
                settings,
                new Attestation.Tpm(module, chosen),
                link,
                store,
                clock,
                pauses::add,
                (milestone, subject) -> milestones.add(milestone));
    }

    private static Attestation.Tpm tpm(FakeSecurityModule module) {
        return new Attestation.Tpm(module, Optional.empty());
    }

    private static Optional<TpmKeys> tpmKeys(TpmAttestation keys) {
        return Optional.of(new TpmKeys(
                keys.endorsementKey().digest(), keys.storageRootKey().name()));
    }

    private static String reason(ProvisioningOutcome outcome) {
        return outcome instanceof Failed failed ? failed.reason() : outcome.toString();
    }

    private static RegistrationReply assigning(int seconds) {
        return new RegistrationReply.Assigning("op-" + seconds, Duration.ofSeconds(seconds));
    }

    private static Bytes blob(Secret key) {
        ActivationBlob blob = FakeSecurityModule.blob(KEYS, key);
        return blob.encode();
    }

    private static RegistrationReply assigned(Optional<HubName> hub, Optional<Bytes> blob) {
        var now = MovableClock.at("2026-03-01T08:00:00Z").instant();
        return new RegistrationReply.Assigned(new RegistrationStatus.State(
                ID,
                Status.ASSIGNED,
                Optional.of("initialAssignment"),
                hub,
                Optional.of(DEVICE),
                now,
                now,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                blob));
    }
}
