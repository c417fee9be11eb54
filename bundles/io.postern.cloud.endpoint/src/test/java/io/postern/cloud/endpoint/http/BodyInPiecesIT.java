// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.HubEvent;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device that speaks HTTP/1.1 by hand, and does not know beforehand how long its message will be. */
class BodyInPiecesIT {
    @TempDir
    private Path directory;

    @Test
    @Tag("HUB-17")
    void aBodyInPiecesArrivesWholeAndNamesKeepTheirCase() throws Exception {
        try (var cloud = new TestHub(directory);
                TestListener listener = TestListener.open(directory.resolve("tls"), cloud.routes)) {
            cloud.clock.set(Instant.now());
            DeviceIdentity meter = cloud.device("meter-1");
            String token = cloud.deviceToken(meter).orElseThrow().text().revealUtf8();

            HttpResponse<String> answer = listener.send(listener.request("/devices/meter-1/messages/events")
                    .version(HttpClient.Version.HTTP_1_1)
                    .header("Authorization", token)
                    .header("IotHub-App-hallName", "A")
                    .POST(HttpRequest.BodyPublishers.ofInputStream(
                            () -> new ByteArrayInputStream("{\"kw\":7}".getBytes(StandardCharsets.UTF_8)))));

            assertThat(answer.statusCode()).isEqualTo(204);
            HubEvent event = cloud.hub.events().read(1, 1).getFirst();
            assertThat(event.body().toUtf8()).isEqualTo("{\"kw\":7}");
            assertThat(event.applicationProperties()).containsEntry("hallName", "A");
        }
    }
}
