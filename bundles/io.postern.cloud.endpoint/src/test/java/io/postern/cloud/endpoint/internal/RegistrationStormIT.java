// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.AttestationMechanism;
import io.postern.cloud.dps.IndividualEnrollment;
import io.postern.cloud.dps.Operation;
import io.postern.cloud.dps.Rate;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Devices that all come at the same moment, more than their tenant may register: they are smoothed, and none is lost. */
@Timeout(120)
class RegistrationStormIT {
    private static final int DEVICES = 200;
    private static final Rate RATE =
            new Rate(40, 10); // (200 - 10) / 40: under 5 s, and slower than any machine connects
    private static final SymmetricKeys KEYS = SymmetricKeys.random(32, new SecureRandom());

    private static final CloudSite.Chances LIMITED =
            new CloudSite.Chances(settings -> settings.limited(RATE, RATE), System::nanoTime, new SecureRandom());

    @TempDir
    Path directory;

    /** @param waits what each answer 429 said, in seconds; each was obeyed */
    private record Outcome(int status, String body, List<Long> waits) {}

    @Test
    @Tag("DPS-01")
    void allAreAssignedOnceAndEachIsToldWhenToComeBack() throws Exception {
        try (var site = new CloudSite(directory, LIMITED)) {
            site.start(0, 0);
            var tenant = site.provisioning().defaultTenant();
            List<Callable<Outcome>> devices = new ArrayList<>();
            try (CloudSite.Client client = site.client()) {
                for (int i = 0; i < DEVICES; i++) {
                    var id = RegistrationId.of("meter-" + i);
                    tenant.enrollments()
                            .create(IndividualEnrollment.of(id, new AttestationMechanism.SymmetricKey(KEYS)));
                    devices.add(() -> register(site, client, id));
                }

                List<Outcome> outcomes = atOnce(devices);

                assertThat(outcomes).allSatisfy(outcome -> {
                    assertThat(outcome.status()).as(outcome.body()).isEqualTo(200);
                    assertThat(outcome.body()).contains("\"status\":\"assigned\"");
                });
                List<Long> waits = outcomes.stream()
                        .flatMap(outcome -> outcome.waits().stream())
                        .toList();
                assertThat(waits)
                        .as("in whole seconds, and never without end")
                        .isNotEmpty()
                        .allSatisfy(seconds -> assertThat(seconds).isBetween(1L, 60L));
            }
            assertThat(tenant.meter().counts())
                    .containsEntry(Operation.REGISTRATION, (long) DEVICES)
                    .containsEntry(Operation.RE_REGISTRATION, 0L);
        }
    }

    private static List<Outcome> atOnce(List<Callable<Outcome>> devices) throws Exception {
        List<Outcome> outcomes = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Outcome> each : threads.invokeAll(devices)) {
                outcomes.add(each.get());
            }
        }
        return outcomes;
    }

    private static Outcome register(CloudSite site, CloudSite.Client client, RegistrationId id) throws Exception {
        var scope = site.provisioning().defaultTenant().idScope();
        Secret key = KEYS.primary();
        String token = SasToken.sign(
                        ResourceUri.registration(scope, id),
                        Instant.now().plus(Duration.ofMinutes(10)),
                        Optional.of("registration"),
                        key::hmacSha256)
                .text()
                .revealUtf8();
        String path = "/" + scope + "/registrations/" + id;
        String body = "{\"registrationId\":\"" + id + "\"}";
        List<Long> waits = new ArrayList<>();
        HttpResponse<String> answer = ask(client, "PUT", path + "/register", body, token);
        while (answer.statusCode() == 429) {
            waits.add(wait(answer));
            answer = ask(client, "PUT", path + "/register", body, token);
        }
        while (answer.statusCode() == 202) {
            wait(answer);
            String operation = Json.parseObject(answer.body()).getString("operationId");
            answer = ask(client, "GET", path + "/operations/" + operation, "", token);
        }
        return new Outcome(answer.statusCode(), answer.body(), waits);
    }

    /** A device's own patience, which no clock of the test can stand for. */
    private static long wait(HttpResponse<String> told) {
        long seconds = told.headers().firstValueAsLong("Retry-After").orElseThrow();
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
        return seconds;
    }

    private static HttpResponse<String> ask(
            CloudSite.Client client, String method, String path, String body, String token) throws Exception {
        return client.send(method, CloudSite.NAMES.provisioningHost(), path, body, "Authorization", token);
    }
}
