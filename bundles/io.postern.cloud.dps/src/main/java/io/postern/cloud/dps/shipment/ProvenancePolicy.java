// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Which TPMs may register (CEN-12). It never lets one in by itself: every TPM has its challenge to pass. */
public record ProvenancePolicy(Set<Provenance> accepts) {
    /** Looks, tells, and refuses nobody. */
    public static final ProvenancePolicy ANY = new ProvenancePolicy(EnumSet.allOf(Provenance.class));

    private static final String MEMBER = "accepts";

    /** @throws IllegalArgumentException when nothing is accepted: to keep everybody out, disable the enrollment */
    public ProvenancePolicy {
        if (accepts.isEmpty()) {
            throw new IllegalArgumentException(
                    "\"" + MEMBER + "\" names no provenance, so no TPM could register; disable the enrollment instead");
        }
        accepts = Set.copyOf(accepts);
    }

    /** @throws IllegalArgumentException when the member {@code accepts} is no list of provenances; absent stands for all */
    public static ProvenancePolicy parse(JsonObject json) {
        return switch (json.get(MEMBER)) {
            case null -> ANY;
            case JsonArray list ->
                new ProvenancePolicy(
                        list.stream().map(ProvenancePolicy::provenance).collect(Collectors.toSet()));
            default -> throw new IllegalArgumentException("\"" + MEMBER + "\" is a list of provenances");
        };
    }

    public JsonArray toJson() {
        var list = Json.array();
        accepts.stream().sorted().map(Provenance::text).forEach(list::add);
        return list.build();
    }

    public boolean allows(Provenance provenance) {
        return accepts.contains(provenance);
    }

    /** The accepted ones, best first. */
    @Override
    public String toString() {
        return accepts.stream().sorted().map(Provenance::text).collect(Collectors.joining(", "));
    }

    private static Provenance provenance(jakarta.json.JsonValue value) {
        if (value instanceof JsonString text) {
            return Provenance.parse(text.getString());
        }
        throw new IllegalArgumentException("\"" + MEMBER + "\" is a list of texts");
    }
}
