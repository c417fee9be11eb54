// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaCertificate;
import io.postern.cloud.hub.x509.CaCertificates;
import io.postern.cloud.hub.x509.CaName;
import io.postern.cloud.hub.x509.CaReply;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.LabCa;
import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/** A provisioning service and its default tenant with its linked hub on a fresh database, all clocks standing still. */
final class DpsFixture implements AutoCloseable {
    static final HubName HUB = HubName.of("hub.lab.test");
    static final String SERVICE = "service.lab.test";

    final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    final LongSupplier nanoTime =
            () -> Duration.between(Instant.EPOCH, clock.instant()).toNanos();
    final Database database;
    final KeySealer sealer;
    final Hub hub;
    final ProvisioningService provisioning;
    final ProvisioningTenant service;

    private final UnaryOperator<DpsSettings> settings;

    DpsFixture(Path directory) throws IOException {
        this(directory, UnaryOperator.identity());
    }

    DpsFixture(Path directory, UnaryOperator<DpsSettings> settings) throws IOException {
        this.settings = settings;
        database = Databases.open(directory.resolve("cloud.db"));
        sealer = KeySealer.open(directory.resolve("master.key"), database, new SecureRandom());
        hub = Hub.open(HubSettings.of(HUB), database, sealer, clock, new SecureRandom());
        provisioning = restarted();
        service = provisioning.defaultTenant();
    }

    /** A service on the same database, as after a restart of the process. */
    ProvisioningService restarted() {
        return new ProvisioningService(
                settings.apply(DpsSettings.of(SERVICE, "provisioning.lab.test")),
                database,
                sealer,
                new InProcessHub(hub),
                clock,
                nanoTime,
                new SecureRandom());
    }

    RegistrationDesk desk() {
        return provisioning.desk();
    }

    /** Another tenant beside the default one. */
    ProvisioningTenant tenant(String name) {
        if (provisioning.tenants().create(new TenantName(name)) instanceof TenantReply.Created(var tenant)) {
            return tenant;
        }
        throw new AssertionError("there already: " + name);
    }

    ServicePolicy policy(String name, Set<ServicePermission> permissions) {
        if (service.policies().create(name, permissions) instanceof PolicyReply.Stored(ServicePolicy policy)) {
            return policy;
        }
        throw new AssertionError("there already: " + name);
    }

    IndividualEnrollment enroll(String id, AttestationMechanism.OfDevice attestation) {
        return enroll(IndividualEnrollment.of(RegistrationId.of(id), attestation));
    }

    IndividualEnrollment enroll(IndividualEnrollment enrollment) {
        if (service.enrollments().create(enrollment) instanceof EntryReply.Stored stored) {
            return stored.entry().enrollment();
        }
        throw new AssertionError("enrolled already: " + enrollment.registrationId());
    }

    static AttestationMechanism.Tpm tpm(TpmAttestation shown) {
        return new AttestationMechanism.Tpm(shown.endorsementKey(), Optional.empty());
    }

    static AttestationMechanism.SymmetricKey keys() {
        return new AttestationMechanism.SymmetricKey(SymmetricKeys.random(32, new SecureRandom()));
    }

    RegistrationAttempt attempt(String id) {
        return new RegistrationAttempt(
                service.idScope(),
                new RegistrationRequest(RegistrationId.of(id), Optional.empty(), Optional.empty()),
                Optional.empty());
    }

    RegistrationAttempt attempt(String id, TpmAttestation tpm) {
        return new RegistrationAttempt(
                service.idScope(),
                new RegistrationRequest(RegistrationId.of(id), Optional.of(tpm), Optional.empty()),
                Optional.empty());
    }

    RegistrationAttempt attempt(String id, List<X509Certificate> shown) {
        RegistrationAttempt plain = attempt(id);
        return new RegistrationAttempt(
                plain.scope(), plain.request(), Optional.empty(), Optional.of(new CertificateChain(shown)));
    }

    /** Makes a CA known and proves possession of its key. */
    void verify(String name, LabCa ca) {
        var called = new CaName(name);
        CaCertificates authorities = service.authorities();
        authorities.put(called, new Authority(ca.certificate()), IfMatch.ANY);
        if (authorities.newCode(called, IfMatch.ANY) instanceof CaReply.Stored(CaCertificate entry)
                && authorities.verify(
                                called,
                                ca.device(entry.verificationCode().orElseThrow())
                                        .certificate(),
                                IfMatch.ANY)
                        instanceof CaReply.Stored) {
            return;
        }
        throw new AssertionError("not verified: " + name);
    }

    /** The same request with a token for its own registration, good for an hour. */
    RegistrationAttempt signed(RegistrationAttempt attempt, Secret key) {
        return with(attempt, token(attempt.resource(), key));
    }

    static RegistrationAttempt with(RegistrationAttempt attempt, SasToken token) {
        return new RegistrationAttempt(attempt.scope(), attempt.request(), Optional.of(token));
    }

    SasToken token(ResourceUri resource, Secret key) {
        return SasToken.sign(resource, clock.instant().plus(Duration.ofHours(1)), Optional.empty(), key::hmacSha256);
    }

    ActivationBlob challenge(RegistrationAttempt attempt) {
        if (desk().register(attempt) instanceof RegistrationAnswer.Challenged(ActivationBlob blob)) {
            return blob;
        }
        throw new AssertionError("not challenged: " + desk().register(attempt));
    }

    String accepted(RegistrationAttempt attempt) {
        return switch (desk().register(attempt)) {
            case RegistrationAnswer.Accepted(String operationId, Duration _) -> operationId;
            case RegistrationAnswer other -> throw new AssertionError("not accepted: " + other);
        };
    }

    /** Registers and asks for the outcome. */
    RegistrationStatus outcome(RegistrationAttempt attempt) {
        String operationId = accepted(attempt);
        return switch (desk().status(attempt, operationId)) {
            case RegistrationAnswer.Finished(RegistrationStatus status) -> status;
            case RegistrationAnswer other -> throw new AssertionError("not finished: " + other);
        };
    }

    DeviceIdentity device(String id) {
        return hub.identities().find(DeviceId.of(id)).orElseThrow();
    }

    @Override
    public void close() {
        hub.close();
        database.close();
    }
}
