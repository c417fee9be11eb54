// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.dps.challenge.ChallengeMaker;
import io.postern.cloud.dps.shipment.Shipments;
import io.postern.cloud.hub.x509.CaCertificates;
import io.postern.wire.Bytes;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.Shown;
import io.postern.wire.SignedTime;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.RegistrationStatus.Status;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the devices of one tenant register. {@link #register} is the whole decision, top to bottom.
 *
 * <p>The decision is told in two steps, for official clients expect to poll. Mostly it is made before the first one ends;
 * a hub in another process or a webhook may take longer. Outcomes are remembered
 * in memory only: after a restart a device is told that its operation is unknown and registers again, which is a normal
 * operation (DPS-28). With a TPM each registration issues a new hub key, so a device that lost the outcome, or died
 * before it could activate its key, also simply registers again.
 */
final class TenantDesk {
    private static final Logger LOG = LoggerFactory.getLogger(TenantDesk.class);

    private static final Duration RETRY_AFTER =
            Duration.ZERO; // mostly it is decided already; clients that want 2 to 5 s take their own default
    private static final Duration PATIENCE = Duration.ofSeconds(5); // official clients wait 10 s for this answer
    private static final Duration ASK_AGAIN = Duration.ofSeconds(2); // as often as clients may ask: 5 times in 10 s
    private static final Duration OUTCOME_LIFE = Duration.ofMinutes(5); // clients give up polling within one
    private static final int MOST_OUTCOMES = 20_000; // about 50 MB; 20 times the hosted service's quota of a minute
    private static final int DISABLED = 403001;
    private static final int MOST_IN_WORK =
            256; // a quarter of what the listener answers at once, so that it is never full
    private static final long LONGEST_CROWD_MS = 15_000; // at 50 a second, what a slow disk keeps, three times as many

    private record Outcome(RegistrationId id, Credential credential, Decision decision) {}

    private final Enrollments enrollments;
    private final RegistrationRecords records;
    private final Assignments assignments;
    private final InstantSource clock;
    private final SecureRandom random;
    private final ChallengeMaker sealing;
    private final Reception reception;
    private final ExpiringEntries<String, Outcome> outcomes;
    private final PollLimiter polls;
    private final AtomicInteger inWork = new AtomicInteger();
    private final Throttle registrations;
    private final String limit;

    TenantDesk(
            Enrollments enrollments,
            EnrollmentGroups groups,
            Shipments shipments,
            TpmReplacements replacements,
            CaCertificates authorities,
            RegistrationRecords records,
            Assignments assignments,
            InstantSource clock,
            LongSupplier nanoTime,
            SecureRandom random,
            Throttle registrations,
            String limit) {
        this.registrations = registrations;
        this.limit = limit;
        this.enrollments = enrollments;
        this.records = records;
        this.assignments = assignments;
        this.clock = clock;
        this.random = random;
        this.sealing = new ChallengeMaker(random);
        var tpmExaminer = new TpmExaminer(shipments, clock, nanoTime, random);
        this.reception = new Reception(
                enrollments,
                groups,
                new ShipmentReception(groups, shipments, tpmExaminer),
                new ReplacementReception(replacements, enrollments, records, shipments.records(), tpmExaminer, clock),
                tpmExaminer,
                new KeyExaminer(clock),
                new CertificateExaminer(authorities, clock));
        this.outcomes = new ExpiringEntries<>(MOST_OUTCOMES, OUTCOME_LIFE, nanoTime);
        this.polls = new PollLimiter(nanoTime);
    }

    /**
     * Decides on a registration: challenged, accepted with the outcome to be polled, disabled or refused; when the
     * tenant has had too many, to be brought again before anything of it was looked at.
     */
    RegistrationAnswer register(RegistrationAttempt attempt) {
        return registrations.take().or(this::crowd).map(this::throttled).orElseGet(() -> decide(attempt));
    }

    /** While so many are being decided on that one more would wait for long: when to come back, each at another moment. */
    private Optional<Duration> crowd() {
        return inWork.get() < MOST_IN_WORK
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(random.nextLong(1_000, LONGEST_CROWD_MS)));
    }

    private RegistrationAnswer decide(RegistrationAttempt attempt) {
        return switch (reception.receive(attempt)) {
            case Reception.Stranger(String reason) -> refused(Refusal.UNKNOWN_REGISTRATION, reason);
            case Reception.Enrolled(EnrolledDevice device, Proof proof) ->
                switch (proof) {
                    case Proof.Challenge(var blob) -> new RegistrationAnswer.Challenged(blob);
                    case Proof.Denied(Refusal why, String reason) -> refused(why, reason);
                    case Proof.Proven _
                    when device.status() == ProvisioningStatus.DISABLED ->
                        new RegistrationAnswer.Finished(disabled(device));
                    case Proof.Proven proven -> accepted(attempt, device, proven);
                };
        };
    }

    private RegistrationAnswer throttled(Duration wait) {
        return new RegistrationAnswer.Throttled(limit, wait);
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

    /** The time under the key that signed the attempt, if the device shares one with the service. */
    Optional<SignedTime> time(RegistrationAttempt attempt, String nonce) {
        return reception.sharedKey(attempt).map(key -> SignedTime.sign(nonce, clock.instant(), key));
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
                .<RegistrationAnswer>map(wait -> new RegistrationAnswer.Throttled(PollLimiter.LIMIT, wait))
                .orElseGet(() -> outcome.get()
                        .decision()
                        .status()
                        .<RegistrationAnswer>map(RegistrationAnswer.Finished::new)
                        .orElseGet(() -> new RegistrationAnswer.Accepted(operationId, ASK_AGAIN)));
    }

    /** Tells what is written down about a device, after the same proof as a registration. */
    RegistrationAnswer lookup(RegistrationAttempt attempt) {
        return registrations.take().map(this::throttled).orElseGet(() -> find(attempt));
    }

    private RegistrationAnswer find(RegistrationAttempt attempt) {
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

    /** Decides on a thread of its own, so that a slow hub or webhook holds up nobody's connection. */
    private RegistrationAnswer accepted(RegistrationAttempt attempt, EnrolledDevice device, Proof.Proven proven) {
        String operationId = "5." + HexFormat.of().toHexDigits(random.nextLong()) + "." + guid();
        inWork.incrementAndGet();
        var decision = Decision.begin(
                () -> {
                    try {
                        return told(operationId, device, proven, attempt);
                    } finally {
                        inWork.decrementAndGet();
                    }
                },
                PATIENCE);
        outcomes.put(operationId, new Outcome(attempt.id(), proven.credential(), decision));
        return new RegistrationAnswer.Accepted(operationId, RETRY_AFTER);
    }

    private RegistrationStatus told(
            String operationId, EnrolledDevice device, Proof.Proven proven, RegistrationAttempt attempt) {
        proven.tpm().ifPresent(tpm -> enrollments.bindStorageRootKey(device.registrationId(), tpm.storageRootKey()));
        return switch (assignments.assign(device, proven, attempt)) {
            case Assignment.Failed(int code, String reason) ->
                notAssigned(operationId, device.registrationId(), Status.FAILED, code, reason);
            case Assignment.Assigned(RegistrationRecord record) ->
                new RegistrationStatus(operationId, Status.ASSIGNED, Optional.of(record.state(hubKey(record, proven))));
        };
    }

    /** Sealed so that only the device's TPM can open it. */
    private Optional<Bytes> hubKey(RegistrationRecord record, Proof.Proven proven) {
        String resource =
                ResourceUri.device(record.assignedHub(), record.deviceId()).path();
        return proven.tpm().flatMap(tpm -> proven.primaryHubKey()
                .map(key -> sealing.make(tpm, key, resource).encode()));
    }

    private RegistrationStatus disabled(EnrolledDevice device) {
        return notAssigned(
                "5." + guid(),
                device.registrationId(),
                Status.DISABLED,
                DISABLED,
                "an operator has disabled " + device.enrollment());
    }

    private RegistrationStatus notAssigned(
            String operationId, RegistrationId id, Status status, int code, String reason) {
        LOG.atWarn()
                .addKeyValue("registrationId", id)
                .addKeyValue("status", status.text())
                .log("not assigned: {}", reason);
        Instant now = clock.instant();
        return new RegistrationStatus(
                operationId,
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
