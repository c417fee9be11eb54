// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.methods.MethodCall;
import io.postern.cloud.hub.methods.MethodLine;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Direct methods as a service component asks for them. */
@Timeout(30)
class MethodRouteTest {
    private static final String METHODS = "/twins/meter-1/methods";

    @TempDir
    Path directory;

    private TestHub cloud;
    private DeviceIdentity meter;

    @BeforeEach
    void open() throws IOException {
        cloud = new TestHub(directory);
        meter = cloud.device("meter-1");
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    /** A device that answers what it is asked with the name and payload of the question. */
    private final class Echo implements MethodLine {
        private final String wrapped;

        Echo(String wrapped) {
            this.wrapped = wrapped;
        }

        @Override
        public void call(MethodCall call) {
            String answer = wrapped.formatted(call.name(), call.payload().toUtf8());
            cloud.hub.methods().answer(meter.deviceId(), this, call.requestId(), 207, Bytes.utf8(answer));
        }
    }

    @Test
    @Tag("HUB-27")
    void aMethodIsAnsweredWithTheDevicesStatusAndPayload() {
        cloud.hub.methods().listen(meter.deviceId(), new Echo("[\"%s\",%s]"));

        Reply reply = invoke("""
                {"methodName":"reboot","responseTimeoutInSeconds":5,"connectTimeoutInSeconds":0,"payload":{"in":[1]}}
                """);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(TestHub.json(reply))
                .isEqualTo(Json.parseObject("{\"status\":207,\"payload\":[\"reboot\",{\"in\":[1]}]}"));
        assertThat(TestHub.json(invoke("{\"methodName\":\"a\",\"connectTimeoutInSeconds\":null}"))
                        .get("payload"))
                .isEqualTo(Json.parse("[\"a\",null]"));
    }

    @Test
    void aDeviceThatIsNotThereNotOnlineOrUnreadableIsSaidToBeSo() {
        assertCode(
                cloud.asOwner("POST", "/twins/meter-9/methods", "{\"methodName\":\"a\"}"), 404_001, "DeviceNotFound");
        assertCode(invoke("{\"methodName\":\"a\"}"), 404_103, "DeviceNotOnline");
        cloud.hub.methods().listen(meter.deviceId(), new Echo("{%s %s"));
        assertThat(invoke("{\"methodName\":\"a\"}").status()).isEqualTo(502);
        MethodLine gone = new MethodLine() {
            @Override
            public void call(MethodCall call) {
                cloud.hub.methods().end(meter.deviceId(), this);
            }
        };
        cloud.hub.methods().listen(meter.deviceId(), gone);
        assertCode(invoke("{\"methodName\":\"a\"}"), 404_104, "DeviceConnectionClosedRemotely");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nobodyIsWaitedForWhenWhoeverAskedHasLeft(boolean listening) throws Exception {
        var asked = new CountDownLatch(listening ? 1 : 0);
        if (listening) {
            cloud.hub.methods().listen(meter.deviceId(), _ -> asked.countDown());
        }
        Request request = cloud.request(
                "POST",
                TestHub.NAMES.hubHost(),
                METHODS,
                "{\"methodName\":\"a\",\"connectTimeoutInSeconds\":300,\"responseTimeoutInSeconds\":300}",
                cloud.policyToken("service"));
        Thread waiting = Thread.ofVirtual().start(() -> cloud.reply(request));
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

        request.departure().happen();

        assertThat(waiting.join(Duration.ofSeconds(10))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"methodName\":\"\"}",
                "{\"methodName\":5}",
                "{\"methodName\":\"a/b\"}",
                "{\"methodName\":\"a\",\"responseTimeoutInSeconds\":4}",
                "{\"methodName\":\"a\",\"responseTimeoutInSeconds\":301}",
                "{\"methodName\":\"a\",\"responseTimeoutInSeconds\":\"30\"}",
                "{\"methodName\":\"a\",\"connectTimeoutInSeconds\":-1}",
                "{\"methodName\":\"a\",\"connectTimeoutInSeconds\":301}",
                "{\"methodName\":\"a\",\"connectTimeoutInSeconds\":1.5}",
                "{\"methodName\":\"a\",\"connectTimeoutInSeconds\":1e99}"
            })
    void aMalformedCallIsRefused(String body) {
        assertThat(invoke(body).status()).isEqualTo(400);
    }

    @Test
    void aPayloadOfMoreThan128KbIsRefused() {
        String large = "x".repeat(128 * 1024);
        assertThat(invoke("{\"methodName\":\"a\",\"payload\":\"" + large + "\"}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void onlyPostAsksADevice() {
        assertThat(cloud.asOwner("GET", METHODS, "").status()).isEqualTo(405);
    }

    private Reply invoke(String body) {
        return cloud.asOwner("POST", METHODS, body);
    }

    private static void assertCode(Reply reply, int code, String name) {
        assertThat(TestHub.json(reply).getInt("errorCode")).isEqualTo(code);
        assertThat(TestHub.json(reply).getString("Message")).startsWith("ErrorCode:" + name + ";");
    }
}
