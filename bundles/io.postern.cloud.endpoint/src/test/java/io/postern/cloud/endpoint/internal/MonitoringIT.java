// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.endpoint.http.Monitoring;
import io.postern.cloud.hub.HubMetrics;
import io.postern.cloud.metrics.PrometheusPage;
import io.postern.cloud.routes.RouteMetrics;
import io.postern.cloud.routes.Routes;
import io.postern.testkit.Await;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device's life from its making to its being cut, as metrics and the log of operations tell it. */
@Tag("SYS-06")
@Tag("SEC-15")
class MonitoringIT {
    private static final String HUB = CloudSite.NAMES.hubHost();
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final Pattern SAMPLE = Pattern.compile(
            "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(?:[a-zA-Z_]\\w*=\"(?:[^\"\\\\\n]|\\\\[\\\\\"n])*\",?)*})? (\\S+)");

    @TempDir
    Path directory;

    @Test
    @Tag("SEC-16")
    void aDevicesLifeIsCountedAndOnRecord() throws Exception {
        try (CloudSite site = new CloudSite(directory);
                var page = new PrometheusPage(
                        () -> List.of(
                                new HubMetrics(site.hubs()),
                                site.tokenServices(),
                                site.operations(),
                                new RouteMetrics(new Routes())),
                        directory)) {
            Path secret = directory.resolve("metrics.token");
            site.monitored(new Monitoring(page, Optional.of(secret)));
            site.start(0, 0);
            try (CloudSite.Client client = site.client()) {
                live(site, client);
                assertScraped(client, secret);
            }
            site.operations().close();
            assertThat(operations(site))
                    .containsExactly(
                            "create iothubowner",
                            "authenticate hub wrong_signature",
                            "deviceConnect hub",
                            "disable iothubowner",
                            "deviceDisconnect iothubowner", // whose doing it was
                            "authenticate hub wrong_bearer", // once of twice: the second is counted
                            "authenticate hub no_token");
        }
    }

    private static void live(CloudSite site, CloudSite.Client client) throws Exception {
        Secret key = key(client.send("PUT", HUB, "/devices/meter-1", "{\"deviceId\":\"meter-1\"}"));
        assertThatThrownBy(() -> connect(site, client, Secret.utf8("another")).close())
                .isInstanceOf(MqttException.class);
        MqttClient meter = connect(site, client, key);
        for (int i = 0; i < 3; i++) {
            meter.publish("devices/meter-1/messages/events/", new byte[10], 1, false);
        }
        client.send(
                "PUT", HUB, "/devices/meter-1", "{\"deviceId\":\"meter-1\",\"status\":\"disabled\"}", "If-Match", "*");
        Await.until(Duration.ofSeconds(20), "the device to be cut", () -> !meter.isConnected());
        meter.close();
    }

    private static void assertScraped(CloudSite.Client client, Path secret) throws Exception {
        HttpResponse<String> own = client.send("GET", HUB, "/metrics", "");
        assertThat(own.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        Map<String, Double> samples = samples(own.body());
        String mqtt = "{hub=\"" + HUB + "\",transport=\"mqtt\"}";
        assertThat(samples)
                .containsEntry("postern_hub_telemetry_messages_total" + mqtt, 3.0)
                .containsEntry("postern_hub_telemetry_bytes_total" + mqtt, 30.0)
                .containsEntry("postern_hub_connections_opened_total" + mqtt, 1.0)
                .containsEntry("postern_hub_connections" + mqtt, 0.0)
                .containsEntry(
                        "postern_hub_connections_ended_total{hub=\"" + HUB
                                + "\",reason=\"device_disabled\",transport=\"mqtt\"}",
                        1.0)
                .containsEntry(
                        "postern_hub_authentication_failures_total{hub=\"" + HUB
                                + "\",reason=\"wrong_signature\",transport=\"mqtt\"}",
                        1.0)
                .containsEntry("postern_hub_append_seconds_bucket{hub=\"" + HUB + "\",le=\"+Inf\"}", 3.0)
                .containsEntry("postern_hub_usage{hub=\"" + HUB + "\",meter=\"messages\"}", 3.0)
                .containsKey("jvm_threads_live_threads")
                .containsKey("process_files_open_files");
        assertThat(samples.keySet()).anyMatch(name -> name.startsWith("disk_free_bytes"));
        assertDocumented(own.body());

        assertThat(scrape(client, SECRET).statusCode()).isEqualTo(401); // there is no such file yet
        Files.writeString(secret, SECRET + "\n");
        assertThat(scrape(client, SECRET).body()).contains("postern_hub_connections");
        assertThat(scrape(client, SECRET.replace('f', 'e')).statusCode()).isEqualTo(401);
        assertThat(scrape(client, "").statusCode()).isEqualTo(401);
        assertThat(client.send("POST", HUB, "/metrics", "").statusCode()).isEqualTo(405);
    }

    private static HttpResponse<String> scrape(CloudSite.Client client, String secret) throws Exception {
        return client.send("GET", HUB, "/metrics", "", "Authorization", "Bearer " + secret);
    }

    /** Reads the text format strictly: a line is a comment, or a sample with a number. */
    private static Map<String, Double> samples(String text) {
        Map<String, Double> samples = new HashMap<>();
        for (String line : text.split("\n")) {
            if (!line.startsWith("# ")) {
                Matcher sample = SAMPLE.matcher(line);
                assertThat(sample.matches()).as(line).isTrue();
                String labels = sample.group(2) == null ? "" : sample.group(2);
                Double before = samples.put(
                        sample.group(1) + labels,
                        sample.group(3).equals("+Inf")
                                ? Double.POSITIVE_INFINITY
                                : Double.parseDouble(sample.group(3)));
                assertThat(before).as(line).isNull();
            }
        }
        return samples;
    }

    private static void assertDocumented(String text) throws Exception {
        String reference = Files.readString(Path.of(System.getProperty("postern.root"), "docs/reference/metrics.md"));
        List<String> ours = text.lines()
                .filter(line -> line.startsWith("# TYPE postern_"))
                .map(line -> line.split(" ")[2])
                .toList();
        assertThat(ours).hasSizeGreaterThan(15).allSatisfy(name -> assertThat(reference)
                .contains("| `" + name + "` |"));
    }

    private static List<String> operations(CloudSite site) throws Exception {
        List<String> told = new ArrayList<>();
        for (String line : Files.readAllLines(site.operationLog())) {
            JsonObject entry = Json.parseObject(line);
            boolean failed = entry.getString("operationName").equals("authenticate");
            told.add(entry.getString("operationName") + " "
                    + entry.getJsonObject("identity").getString("principal")
                    + (failed ? " " + entry.getJsonObject("properties").getString("reason") : ""));
        }
        return told;
    }

    private static Secret key(HttpResponse<String> created) {
        return Secret.base64(Json.parseObject(created.body())
                .getJsonObject("authentication")
                .getJsonObject("symmetricKey")
                .getString("primaryKey"));
    }

    private static MqttClient connect(CloudSite site, CloudSite.Client client, Secret key) throws Exception {
        var meter =
                new MqttClient("ssl://" + HUB + ":" + site.endpoint().mqttPort(), "meter-1", new MemoryPersistence());
        var options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setUserName(HUB + "/meter-1/?api-version=2021-04-12");
        options.setPassword(SasToken.sign(
                        ResourceUri.device(CloudSite.NAMES.hub(), DeviceId.of("meter-1")),
                        Instant.now().plusSeconds(600),
                        Optional.empty(),
                        key::hmacSha256)
                .text()
                .revealUtf8()
                .toCharArray());
        options.setSocketFactory(client.tls().getSocketFactory());
        meter.setTimeToWait(20_000);
        meter.connect(options);
        return meter;
    }
}
