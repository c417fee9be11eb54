// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.dps.Rate;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.testkit.CapturedLog;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.dps.DpsTopic;
import io.postern.wire.dps.DpsUserName;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a device is told over MQTT when its tenant has had too many registrations. */
@Timeout(60)
class MqttThrottleIT {
    private static final RegistrationId METER = RegistrationId.of("meter-1");
    private static final SymmetricKeys KEYS = SymmetricKeys.random(32, new SecureRandom());
    private static final byte[] BODY = "{\"registrationId\":\"meter-1\"}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private final BlockingQueue<String> topics = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();

    @Test
    void aRegistrationAboveTheRateIsAnsweredWith429AndTheTimeToComeBack() throws Exception {
        var rate = new Rate(1, 1);
        var limited = new CloudSite.Chances(settings -> settings.limited(rate, rate), nanos::get, new SecureRandom());
        try (CapturedLog log = CapturedLog.start();
                var site = new CloudSite(directory, limited)) {
            site.start(0, 0);
            site.provisioning()
                    .defaultTenant()
                    .enrollments()
                    .create(IndividualEnrollment.of(METER, new AttestationMechanism.SymmetricKey(KEYS)));
            MqttClient device = connect(site);

            assertThat(ask(device, "1")).startsWith("$dps/registrations/res/202/?$rid=1");
            bodies.take();
            assertThat(ask(device, "2")).isEqualTo("$dps/registrations/res/429/?$rid=2&retry-after=1");
            JsonObject error = Json.parseObject(bodies.take());
            assertThat(error.getInt("errorCode")).isEqualTo(429_001);
            assertThat(error.getString("Message"))
                    .startsWith("ErrorCode:ThrottlingException;more than 1 registrations");
            log.await("trackingId=" + error.getString("trackingId"), "status=429", "refused over MQTT");
            assertThat(ask(device, "3")).as("the next has a turn of its own").endsWith("retry-after=2");
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
            assertThat(ask(device, "4")).startsWith("$dps/registrations/res/202/?$rid=4");
            device.disconnect();
            device.close();
        }
    }

    private String ask(MqttClient device, String rid) throws Exception {
        device.publish(DpsTopic.registerTopic(rid), BODY, 1, false);
        return topics.take();
    }

    private MqttClient connect(CloudSite site) throws Exception {
        var scope = site.provisioning().defaultTenant().idScope();
        String token = SasToken.sign(
                        ResourceUri.registration(scope, METER),
                        Instant.now().plusSeconds(600),
                        Optional.of("registration"),
                        KEYS.primary()::hmacSha256)
                .text()
                .revealUtf8();
        var device = new MqttClient(
                "ssl://" + CloudSite.NAMES.provisioningHost() + ":"
                        + site.endpoint().mqttPort(),
                METER.text(),
                new MemoryPersistence());
        var options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setUserName(new DpsUserName(scope, METER).text());
        options.setPassword(token.toCharArray());
        try (CloudSite.Client client = site.client()) {
            options.setSocketFactory(client.tls().getSocketFactory());
        }
        device.connect(options);
        device.subscribe(DpsTopic.REPLIES, 1, (topic, message) -> {
            topics.add(topic);
            bodies.add(new String(message.getPayload(), StandardCharsets.UTF_8));
        });
        return device;
    }
}
