// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.Milestones;
import io.postern.gateway.Milestones.Milestone;
import io.postern.gateway.provisioning.ProvisioningOutcome.Failed;
import io.postern.gateway.spi.ActivationRefusedException;
import io.postern.gateway.spi.NonceDpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.spi.SecurityModule.ActivatedKey;
import io.postern.gateway.spi.StateStore;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Registers the gateway with the provisioning service by the TPM's attestation (DPS-06): {@link #attempt()} is the whole
 * story, top to bottom.
 *
 * <p>An attempt may be cut short anywhere, by an exception or a power cut, and simply made again: the challenge's key is
 * never kept, and the hub key replaces the old one only when the new assignment is known.
 */
public final class Provisioner {
    /** Official clients use the same; polls of one operation end long before. */
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);

    private static final int MOST_QUESTIONS =
            20; // at the service's usual 3 s a minute; official clients give up at 30 s
    private static final String KEY_NAME = "registration"; // what the service calls the key of its challenges

    private final Settings settings;
    private final SecurityModule module;
    private final NonceDpsLink link;
    private final AssignmentMemory memory;
    private final InstantSource clock;
    private final Pause pause;
    private final Milestones milestones;

    /**
     * @param registrationId in the place of the one the TPM provides (DEC-5)
     * @param payload what the service tells an allocation webhook
     */
    public record Settings(IdScope idScope, Optional<RegistrationId> registrationId, Optional<JsonObject> payload) {
        public static Settings of(IdScope idScope) {
            return new Settings(idScope, Optional.empty(), Optional.empty());
        }
    }

    public Provisioner(
            Settings settings,
            SecurityModule module,
            NonceDpsLink link,
            StateStore store,
            InstantSource clock,
            Pause pause,
            Milestones milestones) {
        this.settings = settings;
        this.module = module;
        this.link = link;
        this.memory = new AssignmentMemory(store);
        this.clock = clock;
        this.pause = pause;
        this.milestones = milestones;
    }

    /**
     * The assignment of an earlier attempt, when it still holds: same id scope, same registration, same TPM, and the
     * TPM still has the hub key. Asks nobody outside.
     */
    public Optional<Assignment> stored() throws IOException {
        Optional<Assignment> stored = memory.read();
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        TpmAttestation identity = identity();
        Assignment assignment = stored.get();
        boolean holds = assignment.idScope().equals(settings.idScope())
                && assignment.registrationId().equals(registrationId(identity))
                && assignment
                        .endorsementKeyDigest()
                        .equals(identity.endorsementKey().digest())
                && module.hasIdentityKey();
        return holds ? stored : Optional.empty();
    }

    /** Registers once; blocks until the service has decided, or a bound is reached. */
    public ProvisioningOutcome attempt() throws InterruptedException {
        try {
            TpmAttestation identity = identity();
            RegistrationId id = registrationId(identity);
            var request = new RegistrationRequest(id, Optional.of(identity), settings.payload());

            RegistrationReply reply = link.register(settings.idScope(), request, Optional.empty());
            Optional<SasToken> proof = Optional.empty();
            if (reply instanceof RegistrationReply.Challenge(ActivationBlob blob)) {
                milestones.reached(Milestone.CHALLENGED, id.text());
                proof = Optional.of(prove(id, blob));
                milestones.reached(Milestone.ACTIVATED, id.text());
                reply = link.register(settings.idScope(), request, proof);
            }
            for (int asked = 0;
                    reply instanceof RegistrationReply.Assigning(String operation, Duration retryAfter)
                            && asked < MOST_QUESTIONS;
                    asked++) {
                pause.take(retryAfter);
                reply = link.status(settings.idScope(), id, operation, proof);
            }
            return switch (reply) {
                case RegistrationReply.Assigned(var registration) -> accept(identity, id, registration);
                case RegistrationReply.Disabled(String reason) -> new ProvisioningOutcome.Disabled(reason);
                case RegistrationReply.Denied(int code, String reason) -> new ProvisioningOutcome.Denied(code, reason);
                case RegistrationReply.Failed(int code, String reason, boolean retryable, var retryAfter) ->
                    new Failed(code + ": " + reason, retryable, retryAfter);
                case RegistrationReply.Assigning _ ->
                    failed("the provisioning service has not decided after " + MOST_QUESTIONS + " questions");
                case RegistrationReply.Challenge _ ->
                    failed("the provisioning service asks for the proof it was just given");
            };
        } catch (ActivationRefusedException e) {
            return new Failed(String.valueOf(e.getMessage()), false, Optional.empty());
        } catch (IOException e) {
            return failed(String.valueOf(e.getMessage()));
        }
    }

    private TpmAttestation identity() throws IOException {
        TpmAttestation identity = module.attestation();
        milestones.reached(
                Milestone.TPM_READY, identity.endorsementKey().registrationId().text());
        return identity;
    }

    private RegistrationId registrationId(TpmAttestation identity) {
        return settings.registrationId()
                .orElseGet(() -> identity.endorsementKey().registrationId());
    }

    /** Opens the challenge and signs with the key inside; the key is gone when this returns. */
    private SasToken prove(RegistrationId id, ActivationBlob blob) throws IOException {
        Instant expiry = clock.instant().plus(TOKEN_LIFE);
        try (ActivatedKey nonceKey = module.activate(blob)) {
            return SasToken.sign(
                    ResourceUri.registration(settings.idScope(), id),
                    expiry,
                    Optional.of(KEY_NAME),
                    message -> sign(nonceKey, message));
        } catch (UncheckedIOException e) {
            throw new IOException("cannot sign with the challenge's key: " + e.getMessage(), e);
        }
    }

    private static Bytes sign(ActivatedKey key, byte[] message) {
        try {
            return key.sign(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Keeps the hub key, then the assignment. The old assignment goes first: should the power fail in between, it must
     * not be found beside a key of another hub.
     */
    private ProvisioningOutcome accept(
            TpmAttestation identity, RegistrationId id, RegistrationStatus.State registration) throws IOException {
        if (registration.assignedHub().isEmpty() || registration.deviceId().isEmpty()) {
            return failed("the provisioning service assigned " + id + " without naming the hub and the device");
        }
        if (registration.authenticationKey().isEmpty()) {
            return failed("the provisioning service assigned " + id + " without a hub key for its TPM");
        }
        var assignment = new Assignment(
                settings.idScope(),
                id,
                identity.endorsementKey().digest(),
                registration.assignedHub().get(),
                registration.deviceId().get());
        try (ActivatedKey hubKey =
                module.activate(blob(registration.authenticationKey().get()))) {
            memory.forget();
            hubKey.keep();
        }
        memory.write(assignment);
        milestones.reached(Milestone.ASSIGNED, assignment.deviceId() + " at " + assignment.hub());
        return new ProvisioningOutcome.Assigned(assignment);
    }

    private static ActivationBlob blob(Bytes encoded) throws IOException {
        try {
            return ActivationBlob.decode(encoded);
        } catch (IllegalArgumentException e) {
            throw new IOException("the hub key the provisioning service sent cannot be read: " + e.getMessage(), e);
        }
    }

    private static Failed failed(String reason) {
        return new Failed(reason, true, Optional.empty());
    }
}
