// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.Milestones.Milestone;
import io.postern.gateway.identity.Attestation;
import io.postern.gateway.identity.Attestation.Kind;
import io.postern.gateway.provisioning.Assignment.TpmKeys;
import io.postern.gateway.provisioning.ProvisioningOutcome.Failed;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.testkit.MovableClock;
import io.postern.testkit.TpmVectors;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A gateway, its TPM and a service that answers by script: what the tests of the provisioner begin with. */
abstract class ProvisioningScene {
    static final IdScope SCOPE = IdScope.of("0ne000LAB");
    static final TpmAttestation KEYS = FakeSecurityModule.vectorKeys();
    static final RegistrationId ID = RegistrationId.of(TpmVectors.text("registration_id"));
    static final Secret NONCE_KEY = Secret.utf8("the nonce key of a challenge, 32 by");
    static final Secret HUB_KEY = Secret.utf8("the hub key of the first assignment");
    static final Secret SECOND_HUB_KEY = Secret.utf8("the hub key of the second assignment");
    static final HubName HUB = HubName.of("hub.lab.test");
    static final HubName SECOND_HUB = HubName.of("hub2.lab.test");
    static final DeviceId DEVICE = DeviceId.of("gw-1");
    static final RegistrationReply CHALLENGE =
            new RegistrationReply.Challenge(FakeSecurityModule.blob(KEYS, NONCE_KEY));
    static final RegistrationReply ASSIGNED = assigned(Optional.of(HUB), Optional.of(blob(HUB_KEY)));
    static final RegistrationReply DENIED = new RegistrationReply.Denied(404, "no enrollment");
    static final Assignment ASSIGNMENT = new Assignment(SCOPE, ID, Kind.TPM, tpmKeys(KEYS), HUB, DEVICE);

    final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    final PowerCut never = new PowerCut(0);
    final FakeSecurityModule module = new FakeSecurityModule(KEYS, never);
    final MemoryStore store = new MemoryStore(never);
    final ScriptedDpsLink link = new ScriptedDpsLink();
    final List<Duration> pauses = new ArrayList<>();
    final List<Milestone> milestones = new ArrayList<>();

    Provisioner provisioner() {
        return provisioner(Provisioner.Settings.of(SCOPE), module);
    }

    Provisioner provisioner(Provisioner.Settings settings, FakeSecurityModule module) {
        return provisioner(settings, module, Optional.empty());
    }

    Provisioner provisioner(Provisioner.Settings settings, FakeSecurityModule module, Optional<RegistrationId> chosen) {
        return Provisioner.of(
                settings,
                new Attestation.Tpm(module, chosen),
                link,
                store,
                clock,
                pauses::add,
                (milestone, subject) -> milestones.add(milestone));
    }

    static Attestation.Tpm tpm(FakeSecurityModule module) {
        return new Attestation.Tpm(module, Optional.empty());
    }

    static Optional<TpmKeys> tpmKeys(TpmAttestation keys) {
        return Optional.of(new TpmKeys(
                keys.endorsementKey().digest(), keys.storageRootKey().name()));
    }

    static String reason(ProvisioningOutcome outcome) {
        return outcome instanceof Failed failed ? failed.reason() : outcome.toString();
    }

    static RegistrationReply assigning(int seconds) {
        return new RegistrationReply.Assigning("op-" + seconds, Duration.ofSeconds(seconds));
    }

    static Bytes blob(Secret key) {
        ActivationBlob blob = FakeSecurityModule.blob(KEYS, key);
        return blob.encode();
    }

    static RegistrationReply assigned(Optional<HubName> hub, Optional<Bytes> blob) {
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
