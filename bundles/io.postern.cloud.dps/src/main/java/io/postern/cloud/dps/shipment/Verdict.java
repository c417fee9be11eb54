// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.cloud.hub.x509.CaName;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * What the certificate of a TPM shows.
 *
 * @param vendors the loaded CAs it leads to, nearest first; empty when it leads to none
 * @param reason why it is that provenance, for a person
 */
public record Verdict(Provenance provenance, Optional<TpmModel> model, List<CaName> vendors, String reason) {
    public Verdict {
        vendors = List.copyOf(vendors);
    }

    /** Nothing is proven. */
    static Verdict unproven(String reason) {
        return new Verdict(Provenance.UNPROVEN, Optional.empty(), List.of(), reason);
    }

    /** As the service API shows it, in a member that the hosted service does not have. */
    public JsonObject toJson() {
        var json = Json.object().add("provenance", provenance.text());
        model.ifPresent(tpm -> json.add("manufacturer", tpm.manufacturer())
                .add("model", tpm.model())
                .add("version", tpm.version()));
        if (!vendors.isEmpty()) {
            json.add("vendorCa", vendors.getFirst().text());
        }
        return json.add("reason", reason).build();
    }
}
