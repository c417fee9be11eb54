// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import tss.Tpm;
import tss.tpm.TPM_HANDLE;

/** The maker's certificate for the endorsement key, where the maker put one. */
final class EndorsementCertificate {
    // spec: TCG EK Credential Profile 2.x, 2.2.1.4: the certificate of the RSA 2048 key of template L-1
    private static final TPM_HANDLE INDEX = new TPM_HANDLE(0x01C0_0002);
    private static final int PIECE = 512; // every TPM of a PC client gives as much at once (PTP, MAX_NV_BUFFER_SIZE)
    private static final int LONGEST = 8192; // larger than the persistent memory a TPM has for it

    private EndorsementCertificate() {}

    /** Its DER; empty when the maker put none there. */
    static Optional<Bytes> read(Tpm tpm) throws IOException {
        int size;
        try {
            size = tpm.NV_ReadPublic(INDEX).nvPublic.dataSize;
        } catch (CommandRefused e) {
            if (e.is(TpmReturnCode.HANDLE)) {
                return Optional.empty();
            }
            throw e;
        }
        var read = new ByteArrayOutputStream();
        while (read.size() < Math.min(size, LONGEST)) {
            int piece = Math.min(PIECE, size - read.size());
            read.writeBytes(tpm.NV_Read(TPM_HANDLE.OWNER, INDEX, piece, read.size()));
        }
        return Optional.of(withoutPadding(Bytes.of(read.toByteArray())));
    }

    /** Some makers reserve more memory than their certificate needs. */
    static Bytes withoutPadding(Bytes found) throws IOException {
        // spec: X.690, 8.1.3.5 and 8.9: a SEQUENCE whose length takes two octets
        boolean sequence = found.length() > 4 && found.at(0) == 0x30 && found.at(1) == 0x82;
        int end = sequence ? 4 + (found.at(2) << 8 | found.at(3)) : Integer.MAX_VALUE;
        if (end > found.length()) {
            throw new IOException("what the TPM keeps at 0x" + Integer.toHexString(INDEX.handle)
                    + ", where the certificate of its endorsement key belongs, is no X.509 certificate");
        }
        return found.slice(0, end);
    }
}
