// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tss.tpm.TPM_RC;

class TpmReturnCodeTest {
    @Test
    void everyCodeHasTheNumberTheSpecificationGivesIt() throws ReflectiveOperationException {
        for (TpmReturnCode code : TpmReturnCode.values()) {
            var known = (TPM_RC) TPM_RC.class.getField(code.name()).get(null);
            assertThat(code.code()).as(code.name()).isEqualTo(known.toInt());
        }
    }

    @Test
    void theHandleParameterOrSessionInACodeDoesNotHideIt() {
        assertThat(TpmReturnCode.of(0x18B)).contains(TpmReturnCode.HANDLE); // handle 1
        assertThat(TpmReturnCode.of(0x1DF)).contains(TpmReturnCode.INTEGRITY); // parameter 1
        assertThat(TpmReturnCode.of(0x99D)).contains(TpmReturnCode.POLICY_FAIL); // session 1
        assertThat(TpmReturnCode.of(0x922)).contains(TpmReturnCode.RETRY);
        assertThat(TpmReturnCode.of(0x101)).contains(TpmReturnCode.FAILURE);
        assertThat(TpmReturnCode.of(0x7FF)).isEmpty();
    }

    @Test
    void onlyAParameterIsTheInputsFault() {
        assertThat(TpmReturnCode.blamesParameter(0x1DF)).isTrue();
        for (int other : List.of(0x18B, 0x99D, 0x922, 0x101)) {
            assertThat(TpmReturnCode.blamesParameter(other)).isFalse();
        }
    }

    @Test
    void aPersonIsToldWhatItMeansAndWhatToDo() {
        assertThat(TpmReturnCode.describe(0x921))
                .isEqualTo("it is locked after too many wrong passwords (TPM_RC_LOCKOUT, 0x921); wait until it recovers"
                        + " (minutes to a day), or clear the lock with tpm2_dictionarylockout --clear-lockout");
        assertThat(TpmReturnCode.describe(0x7FF)).contains("0x7ff").contains("tpm2_rc_decode");
    }

    @Test
    void commandsAreNamedAsTheSpecificationNamesThem() {
        assertThat(CommandRefused.name(0x155)).isEqualTo("TPM2_HMAC");
        assertThat(CommandRefused.name(0x15B)).isEqualTo("TPM2_HMAC_Start");
        assertThat(CommandRefused.name(0x173)).isEqualTo("TPM2_ReadPublic");
    }
}
