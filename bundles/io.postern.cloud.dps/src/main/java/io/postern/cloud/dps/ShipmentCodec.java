// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.AttestationMechanism.KeyList;
import io.postern.cloud.dps.AttestationMechanism.OfShipment;
import io.postern.cloud.dps.AttestationMechanism.VendorChain;
import io.postern.cloud.dps.shipment.ProvenancePolicy;
import io.postern.cloud.hub.x509.CaName;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;

/** The member {@code attestation.tpmShipment}; also how it lies in the database. */
final class ShipmentCodec {
    static final String TYPE = "tpmShipment";

    private static final String BY_LIST = "keyList";
    private static final String BY_VENDOR = "vendorCa";
    private static final String VENDORS = "vendorCas";

    private ShipmentCodec() {}

    static OfShipment parse(JsonObject json) {
        ProvenancePolicy policy = ProvenancePolicy.parse(json);
        String by = Json.requireText(json, "by");
        return switch (by) {
            case BY_LIST -> new KeyList(policy);
            case BY_VENDOR -> new VendorChain(vendors(json), policy);
            default ->
                throw new IllegalArgumentException("attestation." + TYPE + ".by is " + BY_LIST + " or " + BY_VENDOR
                        + ", not \"" + Shown.of(by) + "\"");
        };
    }

    static JsonObject toJson(OfShipment attestation) {
        return switch (attestation) {
            case KeyList(ProvenancePolicy policy) ->
                Json.object().add("by", BY_LIST).add("accepts", policy.toJson()).build();
            case VendorChain(List<CaName> vendors, ProvenancePolicy policy) -> {
                var names = Json.array();
                vendors.forEach(name -> names.add(name.text()));
                yield Json.object()
                        .add("by", BY_VENDOR)
                        .add(VENDORS, names)
                        .add("accepts", policy.toJson())
                        .build();
            }
        };
    }

    private static List<CaName> vendors(JsonObject json) {
        return json.get(VENDORS) instanceof JsonArray names
                ? names.stream().map(ShipmentCodec::vendor).toList()
                : List.of();
    }

    private static CaName vendor(JsonValue value) {
        if (value instanceof JsonString name) {
            return new CaName(name.getString());
        }
        throw new IllegalArgumentException("attestation." + TYPE + "." + VENDORS + " is a list of names");
    }
}
