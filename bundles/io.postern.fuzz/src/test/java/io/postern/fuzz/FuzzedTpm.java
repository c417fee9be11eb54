// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import io.postern.wire.Bytes;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import io.postern.wire.tpm.EndorsementKey;
import io.postern.wire.tpm.HmacKeyPublic;
import io.postern.wire.tpm.RsaStorageKey;

/** The structures of a TPM, which a gateway takes from the service and the service from any device. */
final class FuzzedTpm {
    private FuzzedTpm() {}

    static void blob(byte[] octets) {
        var blob = Bytes.of(octets);
        Promise.read(() -> ActivationBlob.decode(blob)).ifPresent(read -> {
            Promise.same(blob, read.encode());
            Promise.read(() -> HmacKeyPublic.decode(read.keyPublic()));
        });
    }

    static void keys(byte[] octets) {
        var bytes = Bytes.of(octets);
        Promise.read(() -> RsaStorageKey.decode(bytes)).ifPresent(key -> {
            Promise.same(bytes, key.tpm2bPublic());
            Promise.same(2048, key.modulusValue().bitLength());
            Promise.same(34, key.name().length());
        });
        Promise.read(() -> EndorsementKey.decode(bytes)).ifPresent(EndorsementKey::registrationId);
        Promise.read(() -> HmacKeyPublic.decode(bytes));
        int half = bytes.length() / 2;
        Promise.read(() -> TpmAttestation.decode(bytes.slice(0, half), bytes.slice(half, bytes.length())));
    }
}
