// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;

/** What tests expect of refusals: the reason and a part of the sentence. */
final class Answers {
    private Answers() {}

    static void assertDenied(RegistrationAnswer answer, String text) {
        assertRefused(answer, Refusal.NOT_PROVEN, text);
    }

    static void assertRefused(RegistrationAnswer answer, Refusal why, String text) {
        assertThat(answer).isInstanceOfSatisfying(RegistrationAnswer.Refused.class, refused -> {
            assertThat(refused.why()).isEqualTo(why);
            assertThat(refused.text()).contains(text);
        });
    }
}
