// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.LockedCommand;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandRouteTest {
    private static final String PATH = "/devices/meter-1/messages/devicebound";
    private static final DeviceId METER = DeviceId.of("meter-1");

    @TempDir
    Path directory;

    private TestHub cloud;

    @BeforeEach
    void open() throws IOException {
        cloud = new TestHub(directory);
        cloud.device("meter-1");
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    @Test
    void aCommandWaitsForItsDeviceWithAllThatTheHeadersSay() {
        Reply reply = cloud.asOwner(
                "POST",
                PATH,
                "restart",
                "iothub-messageid",
                "m-1",
                "iothub-correlationid",
                "c-1",
                "iothub-ack",
                "Full",
                "iothub-expiry",
                "2026-03-01T09:00:00Z",
                "iothub-app-mode",
                "soft");

        assertThat(reply.status()).isEqualTo(201);
        assertThat(TestHub.json(reply).getString("messageId")).isEqualTo("m-1");
        LockedCommand command =
                cloud.hub.commands().take(METER, Duration.ofSeconds(30)).orElseThrow();
        assertThat(command.body().toUtf8()).isEqualTo("restart");
        assertThat(command.acknowledgement()).isEqualTo(Acknowledgement.FULL);
        assertThat(command.properties().entries())
                .containsEntry("$.cid", "c-1")
                .containsEntry("mode", "soft")
                .hasSize(2);
    }

    @Test
    void withoutHeadersTheHubNamesIt() {
        String messageId = TestHub.json(cloud.asOwner("POST", PATH, "")).getString("messageId");

        assertThat(cloud.hub
                        .commands()
                        .take(METER, Duration.ofSeconds(30))
                        .orElseThrow()
                        .messageId())
                .isEqualTo(messageId);
    }

    @ParameterizedTest
    @CsvSource({"service,201", "iothubowner,201", "registryReadWrite,401", "device,401"})
    void itTakesServiceConnect(String policy, int status) {
        Request request = cloud.request("POST", TestHub.NAMES.hubHost(), PATH, "x", cloud.policyToken(policy));

        assertThat(cloud.reply(request).status()).isEqualTo(status);
    }

    @Test
    void aDeviceSendsNoCommandsNotEvenToItself() {
        Request request = cloud.request(
                "POST",
                TestHub.NAMES.hubHost(),
                PATH,
                "x",
                cloud.deviceToken(cloud.hub.identities().find(METER).orElseThrow()));

        assertThat(cloud.reply(request).status()).isEqualTo(401);
        assertThat(cloud.hub.commands().pending(METER)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "iothub-expiry,tomorrow,400",
        "iothub-expiry,2036-03-01T09:00:00Z,400",
        "iothub-ack,perhaps,400",
        "iothub-messageid,'',400"
    })
    void headersThatMeanNothingAreRefused(String header, String value, int status) {
        assertThat(cloud.asOwner("POST", PATH, "x", header, value).status()).isEqualTo(status);
        assertThat(cloud.hub.commands().pending(METER)).isZero();
    }

    @Test
    void anUnknownDeviceATooLargeCommandAndAFullQueueAreToldApart() {
        assertThat(cloud.asOwner("POST", "/devices/meter-9/messages/devicebound", "x")
                        .body()
                        .toUtf8())
                .contains("404001");
        assertThat(cloud.asOwner("POST", PATH, "x".repeat(64 * 1024 + 1)).body().toUtf8())
                .contains("413001");
        for (int i = 0; i < 50; i++) {
            assertThat(cloud.asOwner("POST", PATH, "x").status()).isEqualTo(201);
        }
        assertThat(cloud.asOwner("POST", PATH, "x").body().toUtf8()).contains("403004");
        assertThat(TestHub.json(cloud.asOwner("GET", "/twins/meter-1", "")).getInt("cloudToDeviceMessageCount"))
                .isEqualTo(50);
    }

    @Test
    @Tag("HUB-27")
    void purgingTellsHowManyCommandsItThrewAwayAndTheIdentityHowManyWait() {
        cloud.asOwner("POST", PATH, "a");
        cloud.asOwner("POST", PATH, "b");
        assertThat(waiting("/devices/meter-1")).isEqualTo(2);
        assertThat(Json.parseArray(cloud.asOwner("GET", "/devices", "").body().toUtf8())
                        .getJsonObject(0)
                        .getInt("cloudToDeviceMessageCount"))
                .isEqualTo(2);

        Reply reply = cloud.asOwner("DELETE", "/devices/meter-1/commands", "");
        assertThat(TestHub.json(reply))
                .isEqualTo(Json.parseObject("{\"deviceId\":\"meter-1\",\"totalMessagesPurged\":2}"));
        assertThat(waiting("/devices/meter-1")).isZero();
        assertThat(TestHub.json(cloud.asOwner("DELETE", "/devices/meter-9/commands", ""))
                        .getInt("errorCode"))
                .isEqualTo(404_001);
        assertThat(cloud.asOwner("GET", "/devices/meter-1/commands", "").status())
                .isEqualTo(405);
    }

    private int waiting(String path) {
        return TestHub.json(cloud.asOwner("GET", path, "")).getInt("cloudToDeviceMessageCount");
    }
}
