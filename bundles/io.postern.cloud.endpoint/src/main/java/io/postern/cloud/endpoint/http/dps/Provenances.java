// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.shipment.TpmRecord;
import io.postern.cloud.dps.shipment.TpmRecords;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import jakarta.json.JsonObject;

/** Adds to what the service API shows of a device where its TPM comes from. Official clients pass the member over. */
final class Provenances {
    private static final String MEMBER = "tpmProvenance";

    private final TpmRecords records;

    Provenances(TpmRecords records) {
        this.records = records;
    }

    /** Adds nothing when no TPM has registered under this id. */
    JsonObject with(JsonObject shown, RegistrationId id) {
        return records.find(id)
                .map(tpm -> Json.object(shown).add(MEMBER, member(tpm)).build())
                .orElse(shown);
    }

    private static JsonObject member(TpmRecord tpm) {
        var member = Json.object(tpm.verdict());
        tpm.group().ifPresent(group -> member.add("enrollmentGroupId", group.text()));
        return member.build();
    }
}
