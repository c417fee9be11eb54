// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.WebhookCaller;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.hub.x509.CertificateCodec;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.dps.TpmAttestation;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;
import java.util.Optional;

/** What an allocation webhook is told, in the hosted service's own words. No symmetric key is among it. */
final class AllocationRequests {
    private final Enrollments enrollments;
    private final EnrollmentGroups groups;

    AllocationRequests(Enrollments enrollments, EnrollmentGroups groups) {
        this.enrollments = enrollments;
        this.groups = groups;
    }

    JsonObject request(
            EnrolledDevice enrolled,
            Optional<RegistrationRecord> before,
            RegistrationAttempt attempt,
            List<HubName> offered) {
        JsonObject context = context(before, attempt);
        return enrolled.group().isPresent()
                ? WebhookCaller.request(
                        "enrollmentGroup",
                        groups.find(enrolled.group().get())
                                .map(EnrollmentCodec::toJson)
                                .orElseGet(() -> Json.object().build()),
                        context,
                        offered)
                : WebhookCaller.request(
                        "individualEnrollment",
                        enrollments
                                .find(enrolled.registrationId())
                                .map(entry -> EnrollmentCodec.toJson(entry, Optional.empty()))
                                .orElseGet(() -> Json.object().build()),
                        context,
                        offered);
    }

    private static JsonObject context(Optional<RegistrationRecord> before, RegistrationAttempt attempt) {
        var json = Json.object().add("registrationId", attempt.id().text());
        before.ifPresent(
                record -> json.add("currentIotHubHostName", record.assignedHub().text())
                        .add("currentDeviceId", record.deviceId().text()));
        attestation(json, attempt);
        attempt.request().payload().ifPresent(payload -> json.add("payload", payload));
        return json.build();
    }

    private static void attestation(JsonObjectBuilder json, RegistrationAttempt attempt) {
        Optional<TpmAttestation> tpm = attempt.request().tpm();
        Optional<CertificateChain> chain = attempt.chain();
        if (tpm.isPresent()) {
            json.add(
                    "tpm",
                    Json.object()
                            .add(
                                    "endorsementKey",
                                    tpm.get().endorsementKey().tpm2bPublic().toBase64())
                            .add(
                                    "storageRootKey",
                                    tpm.get().storageRootKey().tpm2bPublic().toBase64()));
        } else if (attempt.token().isEmpty() && chain.isPresent()) {
            json.add(
                    "x509",
                    Json.object()
                            .add(
                                    "clientCertificates",
                                    Json.object()
                                            .add(
                                                    "primary",
                                                    CertificateCodec.toJson(
                                                            chain.get().leaf()))));
        } else {
            json.add("symmetricKey", Json.object());
        }
    }
}
