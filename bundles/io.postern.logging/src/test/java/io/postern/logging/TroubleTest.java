// SPDX-License-Identifier: Apache-2.0
package io.postern.logging;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.logging.Trouble.Follows;
import io.postern.logging.Trouble.NotStarted;
import io.postern.logging.Trouble.Other;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TroubleTest {
    private static final String FAILED =
            "bundle io.postern.gateway.modbus:0.1.0 (4)[io.postern.gateway.modbus.ModbusComponent(7)] : "
                    + "Error during instantiation of the implementation object";

    @Test
    void aRefusedConfigurationIsOneSentenceWithoutATrace() {
        var refused = new IllegalArgumentException("period: a duration is needed");

        assertThat(Trouble.of(FAILED, new InvocationTargetException(refused)))
                .isEqualTo(new NotStarted(
                        "io.postern.gateway.modbus.ModbusComponent", "period: a duration is needed", Optional.empty()));
    }

    @Test
    void aFileThatCannotBeReadIsOneSentenceToo() {
        var unreadable = new IOException("caFile: /etc/postern/ca.pem is not there");

        assertThat(Trouble.of(FAILED, new InvocationTargetException(unreadable)))
                .isInstanceOfSatisfying(NotStarted.class, trouble -> {
                    assertThat(trouble.why()).isEqualTo("caFile: /etc/postern/ca.pem is not there");
                    assertThat(trouble.defect()).isEmpty();
                });
    }

    @Test
    void aDefectKeepsWhatWasThrown() {
        var defect = new NullPointerException();

        assertThat(Trouble.of(FAILED, new InvocationTargetException(defect)))
                .isInstanceOfSatisfying(NotStarted.class, trouble -> {
                    assertThat(trouble.why()).isEqualTo("java.lang.NullPointerException");
                    assertThat(trouble.defect()).contains(defect);
                });
    }

    @Test
    void aComponentWhosePartDidNotStartSaysWhichPart() {
        assertThat(Trouble.of(FAILED + ": Unable to get service for reference link", null))
                .isInstanceOfSatisfying(NotStarted.class, trouble -> assertThat(trouble.why())
                        .isEqualTo("what it needs as \"link\" is not started either"));
    }

    @Test
    void whatOnlyFollowsIsNotToldAsNews() {
        assertThat(Trouble.of(
                        "FrameworkEvent ERROR",
                        new IllegalStateException("Service factory returned null. (Component: a.B (2))")))
                .isInstanceOf(Follows.class);
        assertThat(Trouble.of("bundle a:1 (9)[a.C(6)] : Could not get service from ref [a.Link]", null))
                .isInstanceOf(Follows.class);
    }

    @Test
    void anyOtherEntryKeepsItsWordsAndItsCause() {
        var cause = new IOException("disk full");
        assertThat(Trouble.of("cannot store", cause)).isEqualTo(new Other("cannot store", Optional.of(cause)));
        assertThat(Trouble.of(null, null)).isEqualTo(new Other("", Optional.empty()));
    }
}
