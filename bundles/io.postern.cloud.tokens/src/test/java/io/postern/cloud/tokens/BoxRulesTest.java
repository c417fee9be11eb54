// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.tokens.BoxRules.Finding;
import io.postern.cloud.tokens.BoxRules.Known;
import io.postern.wire.Bytes;
import io.postern.wire.box.BoxStatement;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BoxRulesTest {
    private static final String RUN = "AAAAAAAAAAAAAAAAAAAAAA";
    private static final String OTHER_RUN = "BBBBBBBBBBBBBBBBBBBBBB";
    private static final String TPM = "one TPM";
    private static final String OTHER_TPM = "another TPM";

    @Test
    void whoSaysNothingIsRefusedOnlyWhereATpmIsKnown() {
        assertThat(BoxRules.judgeSilence(Optional.empty())).isEqualTo(new Finding.Fits(false));
        assertThat(BoxRules.judgeSilence(known(plain(3, RUN)))).isEqualTo(new Finding.Fits(false));
        assertThat(BoxRules.judgeSilence(known(sealed(3, RUN, TPM)))).isInstanceOf(Finding.Copy.class);
    }

    @Test
    void theFirstBoxIsTakenAtItsWord() {
        assertThat(judge(Optional.empty(), plain(1, RUN))).isEqualTo(new Finding.Fits(true));
        assertThat(judge(Optional.empty(), sealed(900, RUN, TPM))).isEqualTo(new Finding.Fits(true));
    }

    @Test
    void aCounterThatGrowsIsNewsAndTheSameStatementIsNone() {
        assertThat(judge(known(plain(3, RUN)), plain(4, OTHER_RUN))).isEqualTo(new Finding.Fits(true));
        assertThat(judge(known(plain(3, RUN)), plain(3, RUN))).isEqualTo(new Finding.Fits(false));
        assertThat(judge(known(sealed(3, RUN, TPM)), sealed(9, OTHER_RUN, TPM))).isEqualTo(new Finding.Fits(true));
        assertThat(judge(known(sealed(3, RUN, TPM)), sealed(3, RUN, TPM))).isEqualTo(new Finding.Fits(false));
    }

    @Test
    void withoutATpmNothingTellsWhichOfTwoIsTheCopy() {
        assertThat(judge(known(plain(3, RUN)), plain(3, OTHER_RUN))).isInstanceOf(Finding.Undecided.class);
        assertThat(judge(known(plain(3, RUN)), plain(2, RUN))).isInstanceOf(Finding.Undecided.class);
    }

    @Test
    void whoHoldsTheTpmIsTheGatewayAndAllOthersAreCopies() {
        assertThat(judge(known(plain(3, RUN)), sealed(1, OTHER_RUN, TPM))).isEqualTo(new Finding.Fits(true));
        assertThat(judge(known(sealed(3, RUN, TPM)), plain(99, OTHER_RUN))).isInstanceOf(Finding.Copy.class);
        assertThat(judge(known(sealed(3, RUN, TPM)), sealed(99, OTHER_RUN, OTHER_TPM)))
                .isInstanceOf(Finding.Copy.class);
        assertThat(judge(known(sealed(3, RUN, TPM)), sealed(2, OTHER_RUN, TPM))).isInstanceOf(Finding.Copy.class);
    }

    @Test
    void aSealThatDoesNotFitIsNone() {
        assertThat(BoxRules.judge(Optional.empty(), sealed(1, RUN, TPM), false)).isInstanceOf(Finding.Copy.class);
        assertThat(BoxRules.judge(known(sealed(3, RUN, TPM)), sealed(4, RUN, TPM), false))
                .isInstanceOf(Finding.Copy.class);
    }

    private static Finding judge(Optional<Known> known, BoxStatement said) {
        return BoxRules.judge(known, said, true);
    }

    private static Optional<Known> known(BoxStatement said) {
        return Optional.of(Known.by(said));
    }

    private static BoxStatement plain(long counter, String run) {
        return new BoxStatement(counter, 1, run, Optional.empty());
    }

    private static BoxStatement sealed(long counter, String run, String tpm) {
        var seal = new BoxStatement.Seal(Bytes.utf8(tpm), Bytes.utf8("its signature"));
        return new BoxStatement(counter, 1, run, Optional.of(seal));
    }
}
