// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.dps.challenge.ChallengeMaker;
import io.postern.cloud.dps.shipment.Shipments;
import io.postern.cloud.hub.x509.CaCertificates;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.Secret;
import io.postern.wire.Shown;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import io.postern.wire.dps.TpmAttestation;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the devices of one tenant register. {@link #register} is the whole decision, top to bottom.
 *
 * <p>The decision is made at once, but told in two steps, for official clients expect to poll. Outcomes are remembered
 * in memory only: after a restart a device is told that its operation is unknown and registers again, which is a normal
 * operation (DPS-28). With a TPM each registration issues a new hub key, so a device that lost the outcome, or died
 * before it could activate its key, also simply registers again.
 */
final class TenantDesk {
    private static final Logger LOG = LoggerFactory.getLogger(TenantDesk.class);

    private static final Duration RETRY_AFTER =
            Duration.ZERO; // it is decided already; clients that want 2 to 5 s take their own default
    private static final Duration OUTCOME_LIFE = Duration.ofMinutes(5); // clients give up polling within one
    private static final int MOST_OUTCOMES = 20_000; // about 50 MB; 20 times the hosted service's quota of a minute
    private static final int NO_HUB = 400208; // what official clients know as "no hub to assign"
    private static final int HUB_REFUSED = 409001;
    private static final int DISABLED = 403001;

    private record Outcome(RegistrationId id, Credential credential, RegistrationStatus status) {}

    private final Enrollments enrollments;
    private final RegistrationRecords records;
    private final LinkedHub hub;
    private final InstantSource clock;
    private final SecureRandom random;
    private final ChallengeMaker sealing;
    private final Reception reception;
    private final ExpiringEntries<String, Outcome> outcomes;
    private final PollLimiter polls;

    TenantDesk(
            Enrollments enrollments,
            EnrollmentGroups groups,
            Shipments shipments,
            CaCertificates authorities,
            RegistrationRecords records,
            LinkedHub hub,
            InstantSource clock,
            LongSupplier nanoTime,
            SecureRandom random) {
        this.enrollments = enrollments;
        this.records = records;
        this.hub = hub;
        this.clock = clock;
        this.random = random;
        this.sealing = new ChallengeMaker(random);
        var tpmExaminer = new TpmExaminer(shipments, clock, nanoTime, random);
        this.reception = new Reception(
                enrollments,
                groups,
                new ShipmentReception(groups, shipments, tpmExaminer),
                tpmExaminer,
                new KeyExaminer(clock),
                new CertificateExaminer(authorities, clock));
        this.outcomes = new ExpiringEntries<>(MOST_OUTCOMES, OUTCOME_LIFE, nanoTime);
        this.polls = new PollLimiter(nanoTime);
    }

    /** Decides on a registration: challenged, accepted with the outcome to be polled, disabled or refused. */
    RegistrationAnswer register(RegistrationAttempt attempt) {
        return switch (reception.receive(attempt)) {
            case Reception.Stranger(String reason) -> refused(Refusal.UNKNOWN_REGISTRATION, reason);
            case Reception.Enrolled(EnrolledDevice device, Proof proof) ->
                switch (proof) {
                    case Proof.Challenge(var blob) -> new RegistrationAnswer.Challenged(blob);
                    case Proof.Denied(Refusal why, String reason) -> refused(why, reason);
                    case Proof.Proven _
                    when device.status() == ProvisioningStatus.DISABLED ->
                        new RegistrationAnswer.Finished(disabled(device));
                    case Proof.Proven proven -> accepted(attempt.id(), proven, assign(device, proven));
                };
        };
    }

    /** Decides who is asking, and nothing more: for a transport that wants the proof before it takes requests. */
    Standing prove(RegistrationAttempt attempt) {
        return switch (reception.receive(attempt)) {
            case Reception.Stranger(String reason) -> new Standing.Refused(Refusal.UNKNOWN_REGISTRATION, reason);
            case Reception.Enrolled(EnrolledDevice _, Proof proof) ->
                switch (proof) {
                    case Proof.Challenge(var blob) -> new Standing.Challenged(blob);
                    case Proof.Denied(Refusal why, String reason) -> new Standing.Refused(why, reason);
                    case Proof.Proven proven -> new Standing.Proven(proven.keptFor(attempt));
                };
        };
    }

    /** Tells how an operation ended, to the device that began it. */
    RegistrationAnswer status(RegistrationAttempt attempt, String operationId) {
        Optional<Outcome> outcome = outcomes.find(operationId).filter(o -> o.id().equals(attempt.id()));
        if (outcome.isEmpty()) {
            return refused(
                    Refusal.UNKNOWN_OPERATION,
                    "operation " + Shown.of(operationId) + " of registration " + attempt.id()
                            + " is not known here (any more); register again");
        }
        Optional<String> flaw = outcome.get().credential().flaw(attempt, clock.instant());
        if (flaw.isPresent()) {
            return denied(flaw.get());
        }
        return polls.take(attempt.id())
                .<RegistrationAnswer>map(RegistrationAnswer.Throttled::new)
                .orElseGet(() -> new RegistrationAnswer.Finished(outcome.get().status()));
    }

    /** Tells what is written down about a device, after the same proof as a registration. */
    RegistrationAnswer lookup(RegistrationAttempt attempt) {
        return switch (reception.receive(attempt)) {
            case Reception.Stranger(String reason) -> refused(Refusal.UNKNOWN_REGISTRATION, reason);
            case Reception.Enrolled(EnrolledDevice _, Proof proof) ->
                switch (proof) {
                    case Proof.Challenge(var blob) -> new RegistrationAnswer.Challenged(blob);
                    case Proof.Denied(Refusal why, String reason) -> refused(why, reason);
                    case Proof.Proven _ -> recorded(attempt.id());
                };
        };
    }

    private RegistrationAnswer recorded(RegistrationId id) {
        return records.find(id)
                .<RegistrationAnswer>map(RegistrationAnswer.Recorded::new)
                .orElseGet(() -> refused(Refusal.NOT_REGISTERED, id + " has not registered yet"));
    }

    /** Allocation and its consequences: the device in its hub, the record, the count. */
    private RegistrationStatus assign(EnrolledDevice enrolled, Proof.Proven proven) {
        RegistrationId id = enrolled.registrationId();
        DeviceId device = enrolled.deviceId();
        proven.tpm().ifPresent(tpm -> enrollments.bindStorageRootKey(id, tpm.storageRootKey()));
        if (enrolled.desiredHub().filter(name -> !name.equals(hub.name())).isPresent()) {
            return failed(
                    id,
                    NO_HUB,
                    enrolled.enrollment() + " wants the hub "
                            + enrolled.desiredHub().get()
                            + ", which is not linked to this service; linked is " + hub.name());
        }
        Optional<String> holder = records.otherHolder(hub.name(), device, id);
        if (holder.isPresent()) {
            return failed(
                    id,
                    HUB_REFUSED,
                    "the device id " + device + " belongs to " + holder.get()
                            + "; enroll this device with another deviceId");
        }
        return switch (hub.place(device, proven.hubAccess(), enrolled.initialTwin())) {
            case LinkedHub.Placement.Refused(String reason) -> failed(id, HUB_REFUSED, reason);
            case LinkedHub.Placement.Created() -> assigned(enrolled, proven, "device created and assigned");
            case LinkedHub.Placement.Updated() -> assigned(enrolled, proven, "device assigned again");
        };
    }

    private RegistrationStatus assigned(EnrolledDevice device, Proof.Proven proven, String message) {
        RegistrationRecord record = records.succeeded(device, hub.name(), proven.mechanism());
        LOG.atInfo()
                .addKeyValue("registrationId", device.registrationId())
                .addKeyValue("deviceId", device.deviceId())
                .addKeyValue("hub", hub.name())
                .log(message);
        Optional<Bytes> hubKey =
                proven.tpm().flatMap(tpm -> proven.primaryHubKey().map(key -> sealed(tpm, key, device.deviceId())));
        return new RegistrationStatus("", Status.ASSIGNED, Optional.of(record.state(hubKey)));
    }

    private Bytes sealed(TpmAttestation tpm, Secret key, DeviceId device) {
        return sealing.make(tpm, key, ResourceUri.device(hub.name(), device).path())
                .encode();
    }

    private RegistrationAnswer accepted(RegistrationId id, Proof.Proven proven, RegistrationStatus status) {
        String operationId = "5." + HexFormat.of().toHexDigits(random.nextLong()) + "." + guid();
        outcomes.put(
                operationId,
                new Outcome(
                        id, proven.credential(), new RegistrationStatus(operationId, status.status(), status.state())));
        return new RegistrationAnswer.Accepted(operationId, RETRY_AFTER);
    }

    private RegistrationStatus disabled(EnrolledDevice device) {
        return notAssigned(
                device.registrationId(), Status.DISABLED, DISABLED, "an operator has disabled " + device.enrollment());
    }

    private RegistrationStatus failed(RegistrationId id, int code, String reason) {
        return notAssigned(id, Status.FAILED, code, reason);
    }

    private RegistrationStatus notAssigned(RegistrationId id, Status status, int code, String reason) {
        LOG.atWarn()
                .addKeyValue("registrationId", id)
                .addKeyValue("status", status.text())
                .log("not assigned: {}", reason);
        Instant now = clock.instant();
        return new RegistrationStatus(
                "5." + guid(),
                status,
                Optional.of(new RegistrationStatus.State(
                        id,
                        status,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        now,
                        now,
                        Optional.empty(),
                        Optional.of(code),
                        Optional.of(reason),
                        Optional.empty())));
    }

    private String guid() {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    private static RegistrationAnswer denied(String reason) {
        return refused(Refusal.NOT_PROVEN, reason);
    }

    private static RegistrationAnswer refused(Refusal why, String text) {
        return new RegistrationAnswer.Refused(why, text);
    }
}
