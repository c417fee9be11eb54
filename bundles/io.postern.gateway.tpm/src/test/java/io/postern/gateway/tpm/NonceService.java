// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.NonceDpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import io.postern.wire.dps.TpmAttestation;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A provisioning service in a few lines that really challenges and really checks the proof. */
final class NonceService implements NonceDpsLink {
    private final TpmAttestation enrolled;
    private Secret nonceKey = Secret.utf8("");
    private Secret hubKey = Secret.utf8("");
    private int registrations;
    private final List<String> secrets = new ArrayList<>();

    NonceService(TpmAttestation enrolled) {
        this.enrolled = enrolled;
    }

    /** The key the hub would hold for the device. */
    Secret hubKey() {
        return hubKey;
    }

    /** All keys and signatures so far, as they would look in a log. */
    List<String> secrets() {
        return List.copyOf(secrets);
    }

    int registrations() {
        return registrations;
    }

    @Override
    public RegistrationReply register(IdScope scope, RegistrationRequest request, Optional<Credential> proof) {
        registrations++;
        if (proof.isEmpty()) {
            nonceKey = remembered(Secret.random(32, new SecureRandom()));
            return new RegistrationReply.Challenge(ChallengeBuilder.blob(enrolled, nonceKey));
        }
        return proven(scope, request.registrationId(), proof)
                ? new RegistrationReply.Assigning("op", Duration.ofSeconds(3))
                : new RegistrationReply.Denied(401, "not proven");
    }

    @Override
    public RegistrationReply status(IdScope scope, RegistrationId id, String operationId, Optional<Credential> proof) {
        if (!proven(scope, id, proof)) {
            return new RegistrationReply.Denied(401, "not proven");
        }
        hubKey = remembered(Secret.random(32, new SecureRandom()));
        return new RegistrationReply.Assigned(new RegistrationStatus.State(
                id,
                Status.ASSIGNED,
                Optional.empty(),
                Optional.of(HubName.of("hub.lab.test")),
                Optional.of(DeviceId.of(id.text())),
                Instant.EPOCH,
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(ChallengeBuilder.blob(enrolled, hubKey).encode())));
    }

    private Secret remembered(Secret key) {
        secrets.add(key.revealBase64());
        secrets.add(Bytes.of(key.reveal()).toString());
        return key;
    }

    private boolean proven(IdScope scope, RegistrationId id, Optional<Credential> proof) {
        proof.map(each -> ((Credential.Token) each).token()).ifPresent(token -> {
            secrets.add(token.signature().toBase64());
            secrets.add(token.signature().toString());
        });
        return proof.map(each -> ((Credential.Token) each).token())
                .filter(t -> t.isSignedBy(nonceKey))
                .filter(t -> t.resource().equals(ResourceUri.registration(scope, id)))
                .isPresent();
    }
}
