// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.csv.CsvRow;
import io.postern.wire.tpm.EndorsementKey;
import java.util.Optional;

/**
 * An enrollment as a row of a list. What stands in the row says how the device proves itself: {@code endorsementKey},
 * {@code certificate} (base64 DER), {@code caReference}, or {@code primaryKey} and {@code secondaryKey}.
 */
final class ImportedRow {
    private ImportedRow() {}

    /**
     * @param keysForTheRest whether the service makes keys for a row without any proof
     * @throws IllegalArgumentException naming what is wrong with the row
     */
    static NewEnrollment parse(CsvRow row, boolean keysForTheRest) {
        Optional<DeviceId> deviceId = row.text("deviceId").map(DeviceId::of);
        return proven(row, keysForTheRest).withDeviceId(deviceId);
    }

    private static NewEnrollment proven(CsvRow row, boolean keysForTheRest) {
        Optional<EndorsementKey> tpm =
                row.text("endorsementKey").map(text -> EndorsementKey.decode(base64("endorsementKey", text)));
        Optional<RegistrationId> given = row.text("registrationId").map(RegistrationId::of);
        if (tpm.isPresent()) {
            return NewEnrollment.tpm(given.orElseGet(tpm.get()::registrationId), tpm.get());
        }
        RegistrationId id = given.orElseThrow(() -> new IllegalArgumentException("it names no registrationId"));
        Optional<String> certificate = row.text("certificate");
        if (certificate.isPresent()) {
            return NewEnrollment.certificate(
                    id, base64("certificate", certificate.get()).toBase64());
        }
        if (row.text("caReference").isPresent()) {
            return NewEnrollment.underCa(id, row.require("caReference"));
        }
        if (row.text("primaryKey").isPresent() || row.text("secondaryKey").isPresent()) {
            return NewEnrollment.symmetricKey(
                    id, Secret.base64(row.require("primaryKey")), Secret.base64(row.require("secondaryKey")));
        }
        if (keysForTheRest) {
            return NewEnrollment.symmetricKey(id);
        }
        throw new IllegalArgumentException("it does not say how " + id + " proves itself (endorsementKey, certificate,"
                + " caReference, or primaryKey and secondaryKey); --symmetric-key lets the service make keys");
    }

    private static Bytes base64(String heading, String text) {
        try {
            return Bytes.base64(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("what stands under \"" + heading + "\" is not base64", e);
        }
    }
}
