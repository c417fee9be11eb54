// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.Milestones;
import io.postern.gateway.Milestones.Milestone;
import io.postern.gateway.identity.Attestation;
import io.postern.gateway.identity.IdentityException;
import io.postern.gateway.provisioning.ProvisioningOutcome.Failed;
import io.postern.gateway.spi.ActivationRefusedException;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.DpsLink;
import io.postern.gateway.spi.NonceDpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.spi.SecurityModule.ActivatedKey;
import io.postern.gateway.spi.StateStore;
import io.postern.gateway.spi.UnreachableException;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.tpm.ActivationBlob;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the gateway with the provisioning service by whichever attestation it has (DPS-05, DPS-06, CEN-08):
 * {@link #attempt} is the whole story, top to bottom.
 *
 * <p>An attempt may be cut short anywhere, by an exception or a power cut, and simply made again: the challenge's key is
 * never kept, and the hub key replaces the old one only when the new assignment is known.
 */
public final class Provisioner {
    private static final Logger LOG = LoggerFactory.getLogger(Provisioner.class);

    /** Official clients use the same; polls of one operation end long before. */
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);

    /** At the service's usual 3 s a minute; official clients give up at 30 s. */
    static final int MOST_QUESTIONS = 20;

    private static final int CONFLICT = 409;

    private final Settings settings;
    private final Attestation attestation;
    private final DpsLink link;
    private final AssignmentMemory memory;
    private final InstantSource clock;
    private final Pause pause;
    private final Milestones milestones;

    /** @param payload what the service is told besides */
    public record Settings(IdScope idScope, RegistrationPayload payload) {
        public static Settings of(IdScope idScope) {
            return new Settings(idScope, RegistrationPayload.NONE);
        }
    }

    private Provisioner(
            Settings settings,
            Attestation attestation,
            DpsLink link,
            StateStore store,
            InstantSource clock,
            Pause pause,
            Milestones milestones) {
        this.settings = settings;
        this.attestation = attestation;
        this.link = link;
        this.memory = new AssignmentMemory(store);
        this.clock = clock;
        this.pause = pause;
        this.milestones = milestones;
    }

    /** By a TPM, over a link that can carry its challenge. */
    public static Provisioner of(
            Settings settings,
            Attestation.Tpm attestation,
            NonceDpsLink link,
            StateStore store,
            InstantSource clock,
            Pause pause,
            Milestones milestones) {
        return new Provisioner(settings, attestation, link, store, clock, pause, milestones);
    }

    /** By a certificate, over any link. */
    public static Provisioner of(
            Settings settings,
            Attestation.X509 attestation,
            DpsLink link,
            StateStore store,
            InstantSource clock,
            Pause pause,
            Milestones milestones) {
        return new Provisioner(settings, attestation, link, store, clock, pause, milestones);
    }

    /** By a symmetric key, over any link. */
    public static Provisioner of(
            Settings settings,
            Attestation.SymmetricKey attestation,
            DpsLink link,
            StateStore store,
            InstantSource clock,
            Pause pause,
            Milestones milestones) {
        return new Provisioner(settings, attestation, link, store, clock, pause, milestones);
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
        return recall(stored, claim()) instanceof Recollection.Holds(Assignment assignment)
                ? Optional.of(assignment)
                : Optional.empty();
    }

    /**
     * Registers once; blocks until the service has decided, or a bound is reached.
     *
     * @param progress told what comes in between
     */
    public ProvisioningOutcome attempt(Consumer<ProvisioningEvent> progress) throws InterruptedException {
        Recollection before = new Recollection.Nothing();
        try {
            Claim claim = claim();
            before = recall(memory.read(), claim);
            var request = new RegistrationRequest(
                    claim.id(), claim.tpm(), settings.payload().of(before, endorsementCertificate()));

            Optional<Credential> proof = claim.proof();
            RegistrationReply reply = link.register(settings.idScope(), request, proof);
            if (reply instanceof RegistrationReply.Challenge(ActivationBlob blob)
                    && attestation instanceof Attestation.Tpm(SecurityModule module, var _)) {
                milestones.reached(Milestone.CHALLENGED, claim.id().text());
                progress.accept(new ProvisioningEvent.Challenged());
                proof = Optional.of(prove(module, claim.id(), blob));
                milestones.reached(Milestone.ACTIVATED, claim.id().text());
                reply = link.register(settings.idScope(), request, proof);
            }
            for (int asked = 0;
                    reply instanceof RegistrationReply.Assigning(String operation, Duration retryAfter)
                            && asked < MOST_QUESTIONS;
                    asked++) {
                progress.accept(new ProvisioningEvent.ToldToWait(retryAfter));
                pause.take(retryAfter);
                reply = link.status(settings.idScope(), claim.id(), operation, proof);
            }
            return switch (reply) {
                case RegistrationReply.Assigned(var registration) -> accept(claim, registration);
                case RegistrationReply.Disabled(String reason) ->
                    refused(before, new ProvisioningOutcome.Disabled(reason), reason);
                case RegistrationReply.Denied(int code, String reason) ->
                    refused(before, new ProvisioningOutcome.Denied(code, reason), code + ": " + reason);
                case RegistrationReply.Failed(int code, String reason, boolean retryable, var retryAfter) -> {
                    var failed = new Failed(code + ": " + reason, retryable, retryAfter);
                    yield isTaken(code) ? refused(before, failed, failed.reason()) : failed;
                }
                case RegistrationReply.Assigning _ ->
                    failed("the provisioning service has not decided after " + MOST_QUESTIONS + " questions");
                case RegistrationReply.Challenge _
                when claim.tpm().isEmpty() ->
                    failed(
                            "the provisioning service asks for the proof of a TPM; this gateway is set up to prove itself"
                                    + " otherwise: compare the enrollment with the key identity");
                case RegistrationReply.Challenge _ ->
                    failed("the provisioning service asks for the proof it was just given");
            };
        } catch (IdentityException e) {
            return new ProvisioningOutcome.NoIdentity(String.valueOf(e.getMessage()));
        } catch (ActivationRefusedException e) {
            String reason = String.valueOf(e.getMessage());
            return refused(before, new Failed(reason, false, Optional.empty()), reason);
        } catch (UnreachableException e) {
            return new ProvisioningOutcome.Unreachable(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return failed(String.valueOf(e.getMessage()));
        } finally {
            link.leave();
        }
    }

    private Claim claim() throws IdentityException {
        var claim = Claim.of(attestation, settings.idScope(), clock.instant().plus(TOKEN_LIFE));
        claim.tpm()
                .ifPresent(keys -> milestones.reached(
                        Milestone.TPM_READY,
                        keys.endorsementKey().registrationId().text()));
        return claim;
    }

    /** Tells the service more, and is never what a registration fails for: most services do not ask. */
    private Optional<Bytes> endorsementCertificate() {
        if (!(attestation instanceof Attestation.Tpm(SecurityModule module, var _))) {
            return Optional.empty();
        }
        try {
            return module.endorsementCertificate();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("registering without the certificate of the TPM's endorsement key");
            return Optional.empty();
        }
    }

    private Recollection recall(Optional<Assignment> stored, Claim now) throws IOException {
        boolean hasHubKey = stored.isPresent()
                && (!(attestation instanceof Attestation.Tpm(var module, var _)) || module.hasIdentityKey());
        return Recollection.of(stored, settings.idScope(), now, hasHubKey);
    }

    /** Opens the challenge and signs with the key inside; the key is gone when this returns. */
    private Credential prove(SecurityModule module, RegistrationId id, ActivationBlob blob) throws IOException {
        Instant expiry = clock.instant().plus(TOKEN_LIFE);
        try (ActivatedKey nonceKey = module.activate(blob)) {
            io.postern.gateway.identity.Signer signer = nonceKey::sign;
            return new Credential.Token(signer.token(
                    ResourceUri.registration(settings.idScope(), id), expiry, Optional.of(Claim.KEY_NAME)));
        }
    }

    /** The device this gateway is to be belongs to another registration; codes of services are status * 1000 + n. */
    private static boolean isTaken(int code) {
        return code == CONFLICT || code / 1000 == CONFLICT;
    }

    /** A no to a TPM that is not the one of old is an operator's approval that is still to come. */
    private static ProvisioningOutcome refused(Recollection before, ProvisioningOutcome plain, String answer) {
        return before instanceof Recollection.Lost(TpmChange change)
                ? new ProvisioningOutcome.TpmChanged(change, answer)
                : plain;
    }

    /**
     * Keeps the hub key, then the assignment. The old assignment goes first: should the power fail in between, it must
     * not be found beside a key of another hub.
     */
    private ProvisioningOutcome accept(Claim claim, RegistrationStatus.State registration) throws IOException {
        if (registration.assignedHub().isEmpty() || registration.deviceId().isEmpty()) {
            return failed("the provisioning service assigned " + claim.id() + " without naming the hub and the device");
        }
        if (attestation instanceof Attestation.Tpm(SecurityModule module, var _)) {
            if (registration.authenticationKey().isEmpty()) {
                return failed("the provisioning service assigned " + claim.id() + " without a hub key for its TPM");
            }
            try (ActivatedKey hubKey =
                    module.activate(blob(registration.authenticationKey().get()))) {
                memory.forget();
                hubKey.keep();
            }
        }
        var assignment = new Assignment(
                settings.idScope(),
                claim.id(),
                claim.kind(),
                claim.tpmKeys(),
                registration.assignedHub().get(),
                registration.deviceId().get());
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
