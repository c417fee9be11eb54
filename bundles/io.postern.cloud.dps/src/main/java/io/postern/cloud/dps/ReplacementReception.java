// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.shipment.TpmRecords;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.TpmAttestation;
import jakarta.json.JsonObject;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives TPMs that stand where another one stood: replaced ones, which say whose device they want to be in the payload
 * {@code {"postern":{"replaces":{"registrationId":"...","deviceId":"..."}}}}, and cleared ones, known by their endorsement
 * key under another storage root key. They pass their challenge like all others, and then wait for an operator.
 */
final class ReplacementReception {
    private static final Logger LOG = LoggerFactory.getLogger(ReplacementReception.class);

    private final TpmReplacements replacements;
    private final Enrollments enrollments;
    private final RegistrationRecords records;
    private final TpmRecords tpms;
    private final TpmExaminer examiner;
    private final InstantSource clock;

    ReplacementReception(
            TpmReplacements replacements,
            Enrollments enrollments,
            RegistrationRecords records,
            TpmRecords tpms,
            TpmExaminer examiner,
            InstantSource clock) {
        this.replacements = replacements;
        this.enrollments = enrollments;
        this.records = records;
        this.tpms = tpms;
        this.examiner = examiner;
        this.clock = clock;
    }

    /** Empty when this TPM takes nobody's place. */
    Optional<Reception.Finding> receive(RegistrationAttempt attempt, TpmAttestation tpm) {
        Optional<TpmReplacements.Tombstone> buried = replacements.tombstone(tpm.endorsementKey());
        if (buried.isPresent()) {
            return Optional.of(new Reception.Stranger("the TPM that registered as "
                    + buried.get().registrationId() + " was replaced at "
                    + buried.get().buried() + " by "
                    + buried.get().successor() + ", which is the device "
                    + buried.get().deviceId() + " now; a replaced TPM stays out"));
        }
        return former(attempt, tpm).flatMap(former -> replacements
                .terms(former.registrationId(), former.deviceId())
                .map(terms -> new Reception.Enrolled(terms, examine(attempt, tpm, former))));
    }

    private record Former(RegistrationId registrationId, DeviceId deviceId) {}

    private Optional<Former> former(RegistrationAttempt attempt, TpmAttestation tpm) {
        if (isCleared(attempt.id(), tpm)) {
            return records.find(attempt.id()).map(record -> new Former(attempt.id(), record.deviceId()));
        }
        return wish(attempt)
                .filter(former -> !former.registrationId().equals(attempt.id())
                        && enrollments.find(attempt.id()).isEmpty());
    }

    /** The endorsement key is the one known, the storage root key is not. */
    private boolean isCleared(RegistrationId id, TpmAttestation tpm) {
        Optional<StoredEnrollment> individual = enrollments.find(id);
        if (individual.isPresent()) {
            return individual.get().enrollment().attestation()
                            instanceof AttestationMechanism.Tpm(var endorsementKey, var storageRootKey)
                    && endorsementKey.equals(tpm.endorsementKey())
                    && storageRootKey
                            .filter(bound -> !bound.equals(tpm.storageRootKey()))
                            .isPresent();
        }
        return tpms.find(id)
                .filter(known -> known.keyHash().equals(tpm.endorsementKey().digest())
                        && !known.storageRootKey().equals(tpm.storageRootKey()))
                .isPresent();
    }

    private static Optional<Former> wish(RegistrationAttempt attempt) {
        Optional<JsonObject> replaces = attempt.request()
                .payload()
                .flatMap(payload -> Json.object(payload, "postern"))
                .flatMap(postern -> Json.object(postern, "replaces"));
        return replaces.map(wanted -> new Former(
                RegistrationId.of(Json.requireText(wanted, "registrationId")),
                DeviceId.of(Json.requireText(wanted, "deviceId"))));
    }

    private Proof examine(RegistrationAttempt attempt, TpmAttestation tpm, Former former) {
        Proof proof = examiner.examineNewcomer(attempt, tpm);
        if (!(proof instanceof Proof.Proven)) {
            return proof;
        }
        var asking = new TpmReplacement(former.registrationId(), attempt.id(), former.deviceId(), tpm, clock.instant());
        replacements.keep(asking);
        LOG.atInfo()
                .addKeyValue("registrationId", attempt.id())
                .addKeyValue("formerRegistrationId", former.registrationId())
                .addKeyValue("deviceId", former.deviceId())
                .log("a TPM waits for an operator's approval to be this device");
        return new Proof.Denied(
                RegistrationAnswer.Refusal.AWAITING_APPROVAL,
                "this TPM is proven and waits for an operator to approve that it is the device " + former.deviceId()
                        + " from now on (postern ctl replacement approve " + former.registrationId() + " "
                        + attempt.id() + "); try again later");
    }
}
