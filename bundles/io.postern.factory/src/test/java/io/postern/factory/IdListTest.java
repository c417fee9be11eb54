// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.RegistrationId;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class IdListTest {
    @Test
    void plainLinesAreTakenWithTheirNumbers() {
        IdList list = read("# first crate\nMeter-1\n\n bad id \nmeter-2\nmeter-1\n");

        assertThat(list.ids()).extracting(RegistrationId::text).containsExactly("meter-1", "meter-2");
        assertThat(list.problems()).extracting(Problem::where).containsExactly("list:4", "list:6");
        assertThat(list.problems().getLast().reason()).contains("twice, first at list:2");
    }

    @Test
    @Tag("CEN-25")
    void theListOfTheHostedPlatformIsTakenByItsHeading() {
        IdList list = read("IOTC_DEVICEID,IOTC_DEVICENAME\nmeter-1,\"North, 1\"\n,nameless\nmeter-2,South\n");

        assertThat(list.ids()).extracting(RegistrationId::text).containsExactly("meter-1", "meter-2");
        assertThat(list.problems()).extracting(Problem::where).containsExactly("list:3");
    }

    @Test
    void ourOwnListsAreTakenWhateverElseTheyHold() {
        assertThat(read("\uFEFF\"deviceId\",\"registrationId\"\r\nx,meter-1\r\n")
                        .ids())
                .extracting(RegistrationId::text)
                .containsExactly("meter-1");
    }

    @Test
    void aListWithoutAnyIdIsNoBatch() {
        assertThatThrownBy(() -> read("# nothing\n")).hasMessageContaining("list holds 0 ids");
    }

    private static IdList read(String text) {
        return IdList.ofFile("list", text, UnaryOperator.identity());
    }
}
