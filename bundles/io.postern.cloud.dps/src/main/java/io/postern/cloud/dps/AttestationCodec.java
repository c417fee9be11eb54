// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import io.postern.wire.Shown;
import io.postern.wire.tpm.EndorsementKey;
import io.postern.wire.tpm.RsaStorageKey;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The member {@code attestation} of enrollments and groups. */
final class AttestationCodec {
    private AttestationCodec() {}

    /** @param absentKeys the symmetric keys of an attestation that names none */
    static AttestationMechanism.OfDevice ofDevice(JsonObject entry, Supplier<SymmetricKeys> absentKeys) {
        JsonObject json = member(entry);
        String type = Json.requireText(json, "type");
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "tpm" -> tpm(inner(json, "tpm"));
            case "x509" -> X509Codec.ofDevice(inner(json, "x509"));
            case "symmetrickey" -> symmetricKey(inner(json, "symmetricKey"), absentKeys);
            default ->
                throw new IllegalArgumentException(
                        "attestation.type of an enrollment is tpm, x509 or symmetricKey, not \"" + Shown.of(type)
                                + "\"");
        };
    }

    /** @param absentKeys the symmetric keys of an attestation that names none */
    static AttestationMechanism.OfGroup ofGroup(JsonObject entry, Supplier<SymmetricKeys> absentKeys) {
        JsonObject json = member(entry);
        String type = Json.requireText(json, "type");
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "x509" -> X509Codec.ofGroup(inner(json, "x509"));
            case "symmetrickey" -> symmetricKey(inner(json, "symmetricKey"), absentKeys);
            case "tpmshipment" -> ShipmentCodec.parse(inner(json, ShipmentCodec.TYPE));
            default ->
                throw new IllegalArgumentException(
                        "attestation.type of an enrollment group is x509, symmetricKey or tpmShipment, not \""
                                + Shown.of(type) + "\"");
        };
    }

    static JsonObject toJson(AttestationMechanism attestation, boolean withKeys) {
        return switch (attestation) {
            case AttestationMechanism.Tpm(EndorsementKey ek, Optional<RsaStorageKey> srk) -> {
                var tpm = Json.object().add("endorsementKey", ek.tpm2bPublic().toBase64());
                srk.ifPresent(key -> tpm.add("storageRootKey", key.tpm2bPublic().toBase64()));
                yield Json.object().add("type", "tpm").add("tpm", tpm).build();
            }
            case AttestationMechanism.SymmetricKey(SymmetricKeys keys) -> {
                var shown = Json.object();
                if (withKeys) {
                    shown.add("primaryKey", keys.primary().revealBase64());
                    shown.add("secondaryKey", keys.secondary().revealBase64());
                }
                yield Json.object()
                        .add("type", "symmetricKey")
                        .add("symmetricKey", shown)
                        .build();
            }
            case AttestationMechanism.ClientCertificates certificates -> x509(X509Codec.toJson(certificates));
            case AttestationMechanism.SigningCertificates certificates -> x509(X509Codec.toJson(certificates));
            case AttestationMechanism.CaReferences references -> x509(X509Codec.toJson(references));
            case AttestationMechanism.OfShipment shipment ->
                Json.object()
                        .add("type", ShipmentCodec.TYPE)
                        .add(ShipmentCodec.TYPE, ShipmentCodec.toJson(shipment))
                        .build();
        };
    }

    private static JsonObject x509(JsonObject inner) {
        return Json.object().add("type", "x509").add("x509", inner).build();
    }

    private static AttestationMechanism.Tpm tpm(JsonObject json) {
        return new AttestationMechanism.Tpm(
                key(json, "endorsementKey", EndorsementKey::decode)
                        .orElseThrow(() ->
                                new IllegalArgumentException("the member attestation.tpm.endorsementKey is missing")),
                key(json, "storageRootKey", RsaStorageKey::decode));
    }

    private static <K> Optional<K> key(JsonObject json, String name, Function<Bytes, K> decode) {
        return filled(json, name).map(text -> {
            try {
                return decode.apply(Bytes.base64(text));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "the member attestation.tpm." + name + " is no TPM2B_PUBLIC in base64: " + e.getMessage(), e);
            }
        });
    }

    private static AttestationMechanism.SymmetricKey symmetricKey(JsonObject json, Supplier<SymmetricKeys> absentKeys) {
        Optional<Secret> primary = filled(json, "primaryKey").map(Secret::base64);
        Optional<Secret> secondary = filled(json, "secondaryKey").map(Secret::base64);
        if (primary.isPresent() && secondary.isPresent()) {
            return new AttestationMechanism.SymmetricKey(new SymmetricKeys(primary.get(), secondary.get()));
        }
        SymmetricKeys others = absentKeys.get();
        return new AttestationMechanism.SymmetricKey(
                new SymmetricKeys(primary.orElse(others.primary()), secondary.orElse(others.secondary())));
    }

    private static JsonObject member(JsonObject entry) {
        return Json.object(entry, "attestation")
                .orElseThrow(() -> new IllegalArgumentException("the member \"attestation\" is missing"));
    }

    private static JsonObject inner(JsonObject json, String name) {
        return Json.object(json, name).orElse(JsonValue.EMPTY_JSON_OBJECT);
    }

    /** A text member that says something; empty texts stand for "not given". */
    private static Optional<String> filled(JsonObject json, String name) {
        return Json.text(json, name).filter(text -> !text.isBlank());
    }
}
