// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.HubsFixture.NORTH;
import static io.postern.cloud.dps.HubsFixture.SOUTH;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.postern.cloud.dps.allocation.AllocationTerms;
import io.postern.cloud.dps.allocation.WebhookCaller;
import io.postern.testkit.Hosts;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.ServerIdentity;
import io.postern.wire.Json;
import io.postern.wire.dps.RegistrationStatus;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The custom allocation policy: a program of the operator chooses, over TLS, from the hosts that are allowed. */
class WebhookAllocationTest {
    private static final String HOST = "webhook-allocation.test";

    private static final String ADDRESS = LoopbackAddress.random(); // one a JVM, which remembers where it found a name
    private static ServerIdentity identity;
    private static String roots;

    @TempDir
    Path directory;

    private final BlockingQueue<JsonObject> asked = new LinkedBlockingQueue<>();
    private volatile int status = 200;
    private volatile String answer = "";
    private HttpsServer server;
    private HubsFixture dps;

    @BeforeAll
    static void makeCertificate(@TempDir Path forAll) throws IOException {
        identity = ServerIdentity.selfSigned(forAll, HOST);
        roots = Files.readString(identity.pem());
        Hosts.write(ADDRESS, HOST);
    }

    @BeforeEach
    void open() throws Exception {
        server = HttpsServer.create(new InetSocketAddress(ADDRESS, 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity.serverContext()));
        server.createContext("/choose", this::choose);
        server.start();
        dps = new HubsFixture(directory, new WebhookCaller(Set.of(HOST), Optional.of(roots)));
        dps.enroll(custom(HOST), ReprovisionPolicy.MIGRATE);
    }

    @AfterEach
    void close() {
        server.stop(0);
        dps.close();
    }

    @Test
    void itIsToldWhoAsksAndWhereToAndItsAnswerReachesHubAndDevice() throws Exception {
        answer = """
                {"iotHubHostName":"south.lab.test","initialTwin":{"tags":{"line":4},"properties":{"desired":{"x":1}}},
                "payload":{"greeting":"hello"}}""";
        RegistrationStatus.State state = dps.register(
                Optional.of(Json.object().add("modelId", "dtmi:lab:meter;1").build()));

        assertThat(state.assignedHub()).contains(SOUTH);
        assertThat(state.payload())
                .hasValueSatisfying(payload -> assertThat(payload).hasToString("{\"greeting\":\"hello\"}"));
        assertThat(dps.twin(dps.south).tags()).hasToString("{\"line\":4}");
        JsonObject request = asked.take();
        assertThat(request.getJsonObject("individualEnrollment").getString("registrationId"))
                .isEqualTo("meter-1");
        assertThat(request.getJsonArray("linkedHubs")).hasToString("[\"north.lab.test\",\"south.lab.test\"]");
        assertThat(request.getJsonObject("deviceRuntimeContext"))
                .hasToString(
                        "{\"registrationId\":\"meter-1\",\"symmetricKey\":{},\"payload\":{\"modelId\":\"dtmi:lab:meter;1\"}}");
        assertThat(request.toString()).doesNotContain(dps.keys.keys().primary().revealBase64());
    }

    @Test
    void theSecondTimeItIsToldWhereTheDeviceIs() throws Exception {
        answer = "{\"iotHubHostName\":\"north.lab.test\"}";
        dps.register();
        asked.clear();
        answer = "{\"iotHubHostName\":\"south.lab.test\"}";

        assertThat(dps.register().substatus()).contains("deviceDataMigrated");
        assertThat(asked.take().getJsonObject("deviceRuntimeContext").getString("currentIotHubHostName"))
                .isEqualTo(NORTH.text());
    }

    @Test
    void aHubThatWasNotOfferedIsNotTaken() {
        answer = "{\"iotHubHostName\":\"elsewhere.example\"}";

        fails("was not offered");
    }

    @Test
    void aRefusalOfTheWebhookFailsTheRegistrationWithItsWords() {
        status = 400;
        answer = "{\"message\":\"unknown model\"}";

        fails("answered 400: unknown model");
    }

    @Test
    void anAnswerWithoutAnEndIsCutOff() {
        answer = "x".repeat(200 * 1024);

        fails("cannot be reached");
    }

    @Test
    void aHostThatIsNotAllowedIsNeverCalled() {
        dps.enroll(custom("other.example"), ReprovisionPolicy.MIGRATE);

        fails("not allowed");
        assertThat(asked).isEmpty();
    }

    private void fails(String words) {
        RegistrationStatus.State state = dps.register();
        assertThat(state.errorCode()).contains(400207);
        assertThat(state.errorMessage())
                .hasValueSatisfying(text -> assertThat(text).contains(words));
        assertThat(dps.tenant().records().find(HubsFixture.ID)).isEmpty();
    }

    private AllocationTerms custom(String host) {
        String url = "https://" + host + ":" + server.getAddress().getPort() + "/choose?code=k";
        return AllocationTerms.parse(Json.object()
                .add("allocationPolicy", "custom")
                .add("customAllocationDefinition", Json.object().add("webhookUrl", url))
                .build());
    }

    private void choose(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        asked.addAll(List.of(Json.parseObject(body)));
        byte[] octets = answer.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, octets.length);
        exchange.getResponseBody().write(octets);
        exchange.close();
    }
}
