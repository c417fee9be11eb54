// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import java.util.Arrays;
import tss.tpm.TPM_CC;

/**
 * A response that is not success, thrown through TSS.Java before it sees the code. Never leaves this package: {@link
 * Chip} makes a {@link TpmFaultException} of it.
 */
final class CommandRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int command;
    private final int code;

    CommandRefused(int command, int code) {
        super(name(command) + ": " + TpmReturnCode.describe(code), null, false, false);
        this.command = command;
        this.code = code;
    }

    int code() {
        return code;
    }

    boolean is(TpmReturnCode known) {
        return known.is(code);
    }

    /** Whether it was one of {@code commands} that was refused. */
    boolean isFrom(TPM_CC... commands) {
        return Arrays.stream(commands).anyMatch(each -> each.toInt() == command);
    }

    /** Whether what was handed in is at fault, and not the TPM, its state, a handle or a session. */
    boolean blamesInput() {
        return TpmReturnCode.blamesParameter(code)
                || is(TpmReturnCode.INTEGRITY)
                || is(TpmReturnCode.BINDING)
                || is(TpmReturnCode.COMMAND_SIZE);
    }

    /** For example {@code TPM2_ReadPublic}. */
    static String name(int command) {
        // one number has two names since revision 1.59 of the specification
        return "TPM2_" + TPM_CC.fromInt(command).name().replaceFirst("^MAC", "HMAC");
    }
}
