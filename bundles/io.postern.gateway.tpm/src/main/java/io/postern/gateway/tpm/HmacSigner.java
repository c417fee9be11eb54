// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.wire.Bytes;
import java.util.Arrays;
import tss.Tpm;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_HANDLE;

/** HMAC-SHA256 inside the TPM. */
final class HmacSigner {
    /** Most bytes of one buffer: MAX_DIGEST_BUFFER of the PC Client profile; every TPM 2.0 takes as much. */
    static final int BLOCK = 1024;

    private HmacSigner() {}

    static Bytes sign(Tpm tpm, TPM_HANDLE key, byte[] message) {
        return Bytes.of(
                message.length <= BLOCK ? tpm.HMAC(key, message, TPM_ALG_ID.SHA256) : signLong(tpm, key, message));
    }

    private static byte[] signLong(Tpm tpm, TPM_HANDLE key, byte[] message) {
        TPM_HANDLE sequence = tpm.HMAC_Start(key, new byte[0], TPM_ALG_ID.SHA256);
        boolean complete = false;
        try {
            int at = 0;
            for (; message.length - at > BLOCK; at += BLOCK) {
                tpm.SequenceUpdate(sequence, Arrays.copyOfRange(message, at, at + BLOCK));
            }
            byte[] rest = Arrays.copyOfRange(message, at, message.length);
            byte[] signature = tpm.SequenceComplete(sequence, rest, TPM_HANDLE.NULL).result;
            complete = true; // and the TPM has freed the sequence itself
            return signature;
        } finally {
            if (!complete) {
                Chip.flush(tpm, sequence);
            }
        }
    }
}
