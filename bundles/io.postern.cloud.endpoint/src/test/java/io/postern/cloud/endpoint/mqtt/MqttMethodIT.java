// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.methods.MethodReply;
import io.postern.cloud.hub.methods.MethodRequest;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.hub.HubTopic;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Direct methods over MQTT: asked in a topic, answered in another, and nobody waits longer than he has to. */
@Timeout(60)
class MqttMethodIT extends WithOneMeter {
    @Test
    void aQuestionAndItsAnswerFindEachOther() throws Exception {
        try (RawClient client = RawClient.admitted(server, meter)) {
            assertThat(client.subscribe(HubTopic.METHOD_CALLS, 0)).isZero();
            CompletableFuture<MethodReply> first = ask("reboot", "{\"in\":5}");
            RawClient.Message one = client.message();
            CompletableFuture<MethodReply> second = ask("status", "");
            RawClient.Message two = client.message();

            assertThat(one.topic()).startsWith("$iothub/methods/POST/reboot/?$rid=");
            assertThat(one.payload()).isEqualTo("{\"in\":5}");
            assertThat(two.topic()).startsWith("$iothub/methods/POST/status/?$rid=");
            assertThat(two.payload()).isEmpty();
            client.publish(answerTopic(two, 404), 0, 0, new byte[0]);
            client.publish(
                    answerTopic(one, 200), 1, 7, Bytes.utf8("{\"ok\":true}").toArray());

            assertThat(client.read(4)).hasToString("40020007");
            assertThat(first.get(20, TimeUnit.SECONDS))
                    .isEqualTo(new MethodReply.Answered(200, Json.parseObject("{\"ok\":true}")));
            assertThat(second.get(20, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(MethodReply.Answered.class, a -> assertThat(a.status())
                            .isEqualTo(404));
        }
    }

    @Test
    void whoeverDoesNotListenIsNotAsked() throws Exception {
        try (RawClient client = RawClient.admitted(server, meter)) {
            assertThat(ask("reboot", "").get(20, TimeUnit.SECONDS)).isEqualTo(new MethodReply.NotOnline());
            client.subscribe(HubTopic.METHOD_CALLS);
            client.unsubscribe(HubTopic.METHOD_CALLS);
            assertThat(ask("reboot", "").get(20, TimeUnit.SECONDS)).isEqualTo(new MethodReply.NotOnline());
            assertThat(client.isQuiet()).isTrue();
        }
    }

    @Test
    void whoeverHasItsSubscriptionAcknowledgedIsAskedAtOnce() throws Exception {
        try (RawClient client = RawClient.admitted(server, meter)) {
            for (int i = 0; i < 50; i++) {
                client.subscribe(HubTopic.METHOD_CALLS);
                CompletableFuture<MethodReply> asked = ask("reboot", "");
                client.publish(answerTopic(client.message(), 200), 0, 0, new byte[0]);
                assertThat(asked.get(20, TimeUnit.SECONDS)).isInstanceOf(MethodReply.Answered.class);
                client.unsubscribe(HubTopic.METHOD_CALLS);
            }
        }
    }

    @Test
    void whoeverAsksADeviceThatGoesAwayHearsOfIt() throws Exception {
        CompletableFuture<MethodReply> asked;
        try (RawClient client = RawClient.admitted(server, meter)) {
            client.subscribe(HubTopic.METHOD_CALLS);
            asked = ask("reboot", "");
            client.message();
        }
        assertThat(asked.get(20, TimeUnit.SECONDS)).isEqualTo(new MethodReply.LineLost());
    }

    @Test
    void anAnswerThatNobodyWaitsForIsAcknowledgedAndForgotten() throws Exception {
        try (RawClient client = RawClient.admitted(server, meter)) {
            client.publish("$iothub/methods/res/200/?$rid=ffff", 1, 1, new byte[] {'1'});
            assertThat(client.read(4)).hasToString("40020001");
            assertThat(client.isQuiet()).isTrue();
        }
    }

    private CompletableFuture<MethodReply> ask(String name, String payload) {
        var request = new MethodRequest(name, Bytes.utf8(payload), Duration.ZERO, Duration.ofSeconds(20));
        CompletableFuture<MethodReply> reply = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                reply.complete(server.hub.methods().invoke(meter.deviceId(), request));
            } catch (InterruptedException | RuntimeException e) {
                reply.completeExceptionally(e);
            }
        });
        return reply;
    }

    private static String answerTopic(RawClient.Message question, int status) {
        return "$iothub/methods/res/" + status + "/" + question.topic().replaceAll(".*/", "");
    }
}
