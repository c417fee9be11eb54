// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.wire.Bytes;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.RsaStorageKey;
import jakarta.json.JsonObject;
import java.util.Optional;

/**
 * A TPM that has passed its challenge.
 *
 * @param group the group it came under; empty when it is enrolled by itself
 * @param keyHash of its endorsement key
 * @param verdict as {@link Verdict#toJson} writes it
 */
public record TpmRecord(
        RegistrationId registrationId,
        Optional<EnrollmentGroupId> group,
        Bytes keyHash,
        RsaStorageKey storageRootKey,
        Provenance provenance,
        JsonObject verdict) {

    static TpmRecord of(RegistrationId id, Optional<EnrollmentGroupId> group, TpmAttestation tpm, Verdict verdict) {
        return new TpmRecord(
                id, group, tpm.endorsementKey().digest(), tpm.storageRootKey(), verdict.provenance(), verdict.toJson());
    }
}
