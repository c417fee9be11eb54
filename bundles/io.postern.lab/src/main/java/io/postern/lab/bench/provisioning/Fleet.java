// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.provisioning;

import io.postern.ctl.CloudConnection;
import io.postern.ctl.TrustRoots;
import io.postern.lab.LabException;
import io.postern.lab.sim.SimulatedTpm;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Devices by number, and the operator who enrolls them. A device's key follows from its number, so a fleet of a million
 * needs no memory; all devices with a TPM share one, under registration ids of their own.
 */
final class Fleet {
    private static final int BULK = 10; // what one bulk request may hold (wire: DPS service API)
    private static final int OPERATORS = 8;
    private static final Secret SITE = Secret.utf8("the keys of a bench are worth nothing");

    private final CloudConnection connection;
    private final IdScope scope;
    private final HttpsWire.Target devices;
    private final HttpsWire.Target operators;
    private final SimulatedTpm tpm;

    Fleet(CloudConnection connection) throws IOException, GeneralSecurityException {
        this.connection = connection;
        this.scope = IdScope.of(connection.idScope().orElseThrow());
        var tls = TrustRoots.context(connection.caFile()).getSocketFactory();
        String host = connection.provisioningHost().orElseThrow();
        this.devices = new HttpsWire.Target(InetAddress.getByName(host), connection.httpsPort(), host, tls);
        this.operators = new HttpsWire.Target(
                devices.address(), connection.httpsPort(), connection.dps().host(), tls);
        this.tpm = SimulatedTpm.manufacture();
    }

    HttpsWire connect() throws IOException {
        return HttpsWire.open(devices);
    }

    LoadDevice withKey(int number) {
        return new LoadDevice(scope, id("key", number), new LoadDevice.Key(key(number)));
    }

    LoadDevice withTpm(int number) {
        return new LoadDevice(scope, id("tpm", number), new LoadDevice.Tpm(tpm));
    }

    void enrollKeys(int from, int until, IntConsumer progress) throws LabException, InterruptedException {
        enroll(from, until, this::keyEnrollment, progress);
    }

    void enrollTpms(int from, int until) throws LabException, InterruptedException {
        enroll(from, until, this::tpmEnrollment, done -> {});
    }

    private interface Document {
        JsonObject of(int number);
    }

    private void enroll(int from, int until, Document document, IntConsumer progress)
            throws LabException, InterruptedException {
        var next = new AtomicInteger(from);
        Crowd.run(OPERATORS, () -> {
            try (HttpsWire wire = HttpsWire.open(operators)) {
                for (int first = next.getAndAdd(BULK); first < until; first = next.getAndAdd(BULK)) {
                    bulk(wire, first, Math.min(until, first + BULK), document);
                    progress.accept(first - from);
                }
            }
        });
    }

    private void bulk(HttpsWire wire, int from, int until, Document document) throws IOException {
        var list = Json.array();
        for (int number = from; number < until; number++) {
            list.add(document.of(number));
        }
        JsonObject body =
                Json.object().add("mode", "create").add("enrollments", list).build();
        Secret token = connection.dps().token(Instant.now()).text();
        HttpsWire.Answer answer =
                wire.exchange("POST", "/enrollments?api-version=2021-10-01", Optional.of(token), body.toString());
        if (answer.status() != 200 || !answer.json().getBoolean("isSuccessful", false)) {
            throw new IOException(
                    "the enrollments from " + from + " on were not taken: " + answer.status() + " " + answer.body());
        }
    }

    private JsonObject keyEnrollment(int number) {
        JsonObject keys = Json.object()
                .add("primaryKey", key(number).revealBase64())
                .add("secondaryKey", key(-number - 1).revealBase64())
                .build();
        return enrollment(
                id("key", number),
                Json.object()
                        .add("type", "symmetricKey")
                        .add("symmetricKey", keys)
                        .build());
    }

    private JsonObject tpmEnrollment(int number) {
        JsonObject keys = Json.object()
                .add(
                        "endorsementKey",
                        tpm.attestation().endorsementKey().tpm2bPublic().toBase64())
                .build();
        return enrollment(
                id("tpm", number),
                Json.object().add("type", "tpm").add("tpm", keys).build());
    }

    private static JsonObject enrollment(RegistrationId id, JsonObject attestation) {
        return Json.object()
                .add("registrationId", id.text())
                .add("attestation", attestation)
                .build();
    }

    private static RegistrationId id(String kind, int number) {
        return RegistrationId.of(kind + "-" + number);
    }

    private static Secret key(int number) {
        Bytes derived = SITE.hmacSha256(Integer.toString(number).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return Secret.of(derived.toArray());
    }
}
