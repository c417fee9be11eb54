// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class DerivedKeyTest {
    private static final Secret GROUP_KEY =
            Secret.base64("8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw==");

    @Test
    @Tag("CEN-08")
    void isTheOneOfThePublishedExample() {
        Secret key = DerivedKey.of(GROUP_KEY, RegistrationId.of("sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6"));

        assertThat(key.revealBase64()).isEqualTo("Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc=");
    }

    @Test
    void isTheSameForEverySpellingOfTheId() {
        assertThat(DerivedKey.of(GROUP_KEY, RegistrationId.of("SN-007")))
                .isEqualTo(DerivedKey.of(GROUP_KEY, RegistrationId.of("sn-007")));
    }
}
