// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.HubName;
import io.postern.wire.Json;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an allocation webhook may answer. */
class WebhookAnswerTest {
    private static final List<HubName> OFFERED = List.of(HubName.of("north.lab.test"));

    @Test
    void bothSpellingsOfTheHubAreRead() throws IOException {
        assertThat(answer("""
                {"iotHubHostName":"north.lab.test"}""").hub()).isEqualTo(answer("""
                {"iotHubHostname":"North.Lab.Test"}""").hub());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                     | names no iotHubHostName
            {"iotHubHostName":"south.lab.test"}    | was not offered
            {"iotHubHostName":"nowhere"}           | no host name
            """)
    void whatNamesNoOfferedHubIsRefused(String text, String complaint) {
        assertThatThrownBy(() -> answer(text)).isInstanceOf(IOException.class).hasMessageContaining(complaint);
    }

    private static WebhookAnswer answer(String text) throws IOException {
        return WebhookAnswer.parse(Json.parseObject(text), OFFERED);
    }
}
