// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.endpoint.Canaries;
import io.postern.cloud.endpoint.amqp.RawAmqpClient;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.lab.amqp.AmqpCrowd;
import io.postern.lab.amqp.Frames;
import io.postern.testkit.CapturedLog;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code SecretsInLogsIT} shows of devices, of people, AMQP, Event Hubs clients and blob stores: no secret is logged. */
@Timeout(60)
class SecretsAtDoorsIT {
    @TempDir
    Path directory;

    private final Canaries canaries = new Canaries();

    @Test
    void noSecretThatComesThroughADoorIsLoggedOrRepeated() throws Exception {
        try (CapturedLog log = CapturedLog.start();
                EveryDoor doors = new EveryDoor(directory)) {
            DeviceIdentity meter = doors.device("meter-1");
            canaries.key(meter.keys().primary());
            String token = canaries.token(SasToken.parse(EveryDoor.ownToken(meter, Duration.ofMinutes(5))));
            String events = canaries.token(
                    SasToken.parse(doors.policyToken("service", ResourceUri.of("amqp://" + EveryDoor.HOST + "/hub"))));
            people(doors);
            amqp(doors, token, events);
            blobs(doors);
            log.await("refused over AMQP");
            log.await("not authenticated");
            canaries.assertNoneIn(log.text());
        }
    }

    private void people(EveryDoor doors) throws Exception {
        var owner = doors.site.provisioning().defaultTenant().policies().owner();
        String service = canaries.token(SasToken.sign(
                ResourceUri.of(CloudSite.NAMES.serviceHost()),
                Instant.now().plusSeconds(60),
                Optional.of(owner.name()),
                owner.keys().primary()::hmacSha256));
        String good = canaries.word("hunter2-hunter2-good");
        String wrong = canaries.word("swordfish-swordfish");
        expect(200, at(doors, "PUT", "/users/anna", "{\"role\":\"operator\",\"password\":\"" + good + "\"}", service));
        expect(200, at(doors, "POST", "/signin", "{\"user\":\"anna\",\"password\":\"" + good + "\"}", service));
        expect(401, at(doors, "POST", "/signin", "{\"user\":\"anna\",\"password\":\"" + wrong + "\"}", service));
        expect(400, at(doors, "POST", "/signin", "{\"user\":\"anna\",\"password\":[\"" + wrong + "\"]}", service));
        expect(400, at(doors, "POST", "/signin", "{\"user\":\"anna\" \"password\":\"" + wrong + "\"}", service));
        expect(
                401,
                at(
                        doors,
                        "POST",
                        "/users/anna/password",
                        "{\"old\":\"" + wrong + "\",\"new\":\"" + good + "\"}",
                        service));
    }

    private static HttpResponse<String> at(EveryDoor doors, String method, String path, String body, String token)
            throws Exception {
        return doors.https.send(method, CloudSite.NAMES.serviceHost(), path, body, "Authorization", token);
    }

    private static void amqp(EveryDoor doors, String token, String events) throws Exception {
        String own = EveryDoor.HOST + "/devices/meter-1";
        try (AmqpCrowd client = doors.amqp(false)) {
            assertThat(client.put(own, token)).isEqualTo(200);
            assertThat(client.put(EveryDoor.HOST + "/hub", events)).isEqualTo(200);
            assertThat(client.put(own, token.replace("se=", "se=x"))).isEqualTo(400);
            assertThat(client.put(own, token.replace("SharedAccessSignature", "Token")))
                    .isEqualTo(400);
            assertThat(client.put(token, token)).isNotEqualTo(200);
            assertThat(client.put(Map.of("operation", Frames.text(token)), events))
                    .isEqualTo(400);
            assertThat(client.put(Map.of("operation", Frames.text("put-token"), "type", Frames.text(events)), token))
                    .isEqualTo(400);
            assertThat(client.link("/devices/" + token, true)).isNotEmpty();
            assertThat(client.link(events, false)).isNotEmpty();
            assertThat(client.ask(
                            "$management",
                            Map.of("operation", Frames.text("READ"), "security_token", Frames.text(events + "x"))))
                    .isNotEqualTo(200);
        }
        for (String user : new String[] {token + "@sas.hub", "meter-1@sas.hub", "owner@sas.root.hub"}) {
            try (var client = new RawAmqpClient(
                    doors.https.tls(), EveryDoor.HOST, doors.site.endpoint().amqpPort())) {
                client.send(Frames.SASL, Frames.plain(user, events));
                client.awaitEnd();
            }
        }
    }

    private void blobs(EveryDoor doors) throws Exception {
        String signature = canaries.word("blob5ignatureblob5ignature");
        String owner = doors.policyToken("iothubowner", ResourceUri.hub(doors.hub.name()));
        for (String container : new String[] {
            "https://store.example/box?sv=1&sig=" + signature,
            "https://me:" + signature + "@store.example/box",
            "https://store.example/box/../x?sig=" + signature,
            "https://store.example/b x?sig=" + signature,
            "store.example/box?sig=" + signature
        }) {
            String body = "{\"type\":\"export\",\"outputBlobContainerUri\":\"" + container + "\"}";
            expect(400, doors.https.send("POST", EveryDoor.HOST, "/jobs/create", body, "Authorization", owner));
        }
    }

    private void expect(int status, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        if (status >= 400) {
            canaries.assertNoneIn(answer.body());
        }
    }
}
