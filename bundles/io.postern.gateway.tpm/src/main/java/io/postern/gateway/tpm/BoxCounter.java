// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import io.postern.gateway.spi.SecurityModule.BoxCount;
import java.io.IOException;
import java.nio.ByteBuffer;
import tss.Tpm;
import tss.tpm.TPMA_NV;
import tss.tpm.TPMS_CLOCK_INFO;
import tss.tpm.TPMS_NV_PUBLIC;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_HANDLE;

/**
 * A monotonic counter in the TPM's own memory: it never falls, and no copy of a disk brings it along. When its index is
 * taken away and defined again it begins above every count this TPM has ever shown (TPM 2.0 Part 3, 31.8).
 */
final class BoxCounter {
    static final TPM_HANDLE INDEX = TPM_HANDLE.NV(0x0080_0101); // spec: Registry of Reserved Handles, owner's range

    private static final int OCTETS = 8;
    private static final TPMA_NV ATTRIBUTES =
            new TPMA_NV(TPMA_NV.COUNTER, TPMA_NV.OWNERWRITE, TPMA_NV.OWNERREAD, TPMA_NV.AUTHREAD, TPMA_NV.NO_DA);

    private BoxCounter() {}

    /** Counts on by one; defines the counter when there is none. */
    static BoxCount countOn(Tpm tpm) throws IOException {
        try {
            tpm.NV_Increment(TPM_HANDLE.OWNER, INDEX);
        } catch (CommandRefused e) {
            if (!e.is(TpmReturnCode.HANDLE)) {
                throw e;
            }
            tpm.NV_DefineSpace(
                    TPM_HANDLE.OWNER,
                    new byte[0],
                    new TPMS_NV_PUBLIC(INDEX, TPM_ALG_ID.SHA256, ATTRIBUTES, new byte[0], OCTETS));
            tpm.NV_Increment(TPM_HANDLE.OWNER, INDEX);
        }
        byte[] counted = tpm.NV_Read(TPM_HANDLE.OWNER, INDEX, OCTETS, 0);
        if (counted.length != OCTETS) {
            throw new IOException("the TPM's counter at 0x" + Integer.toHexString(INDEX.handle) + " has "
                    + counted.length + " octets, not " + OCTETS);
        }
        TPMS_CLOCK_INFO clock = tpm.ReadClock().clockInfo;
        return new BoxCount(ByteBuffer.wrap(counted).getLong(), Integer.toUnsignedLong(clock.resetCount));
    }
}
