// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.dps.allocation.AllocationTerms;
import io.postern.cloud.dps.allocation.WebhookCaller;
import io.postern.cloud.hub.DeviceTwin;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.Await;
import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.SasToken;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.dps.RegistrationStatus;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** A provisioning service with two hubs in its process, both linked, and a device that is enrolled by a key. */
final class HubsFixture implements AutoCloseable {
    static final HubName NORTH = HubName.of("north.lab.test");
    static final HubName SOUTH = HubName.of("south.lab.test");
    static final RegistrationId ID = RegistrationId.of("meter-1");
    static final DeviceId DEVICE = DeviceId.of("meter-1");

    final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    final LongSupplier nanoTime =
            () -> Duration.between(Instant.EPOCH, clock.instant()).toNanos();
    final AttestationMechanism.SymmetricKey keys = DpsFixture.keys();
    final Hub north;
    final Hub south;
    final BreakableHub northLine;
    final BreakableHub southLine;

    private final List<Database> databases = new ArrayList<>();
    private final Path directory;
    private final KeySealer sealer;
    private final WebhookCaller webhooks;
    private ProvisioningService service;

    HubsFixture(Path directory) throws IOException {
        this(directory, WebhookCaller.none());
    }

    HubsFixture(Path directory, WebhookCaller webhooks) throws IOException {
        this.directory = directory;
        this.webhooks = webhooks;
        north = hub(NORTH);
        south = hub(SOUTH);
        northLine = new BreakableHub(new InProcessHub(north));
        southLine = new BreakableHub(new InProcessHub(south));
        sealer = sealer(database("dps"), "dps");
        service = restarted();
        links().store(HubLink.inProcess(SOUTH));
    }

    /** A service on the same database, as after a restart of the process. */
    ProvisioningService restarted() {
        service = new ProvisioningService(
                DpsSettings.of(DpsFixture.SERVICE, "provisioning.lab.test"),
                databases.getLast(),
                sealer,
                List.of(northLine, southLine),
                webhooks,
                clock,
                nanoTime,
                new SecureRandom());
        return service;
    }

    ProvisioningTenant tenant() {
        return service.defaultTenant();
    }

    ProvisioningService service() {
        return service;
    }

    HubLinks links() {
        return tenant().linkedHubs();
    }

    /** Enrolls the device, or changes its enrollment. */
    void enroll(AllocationTerms terms, ReprovisionPolicy policy) {
        enroll(enrollment(terms, policy));
    }

    void enroll(IndividualEnrollment enrollment) {
        if (tenant().enrollments().create(enrollment) instanceof EntryReply.AlreadyExists) {
            tenant().enrollments().update(enrollment, IfMatch.ANY);
        }
    }

    IndividualEnrollment enrollment(AllocationTerms terms, ReprovisionPolicy policy) {
        return new IndividualEnrollment(
                ID,
                Optional.empty(),
                keys,
                ProvisioningStatus.ENABLED,
                new InitialTwin(
                        Json.object().add("site", "first").build(),
                        Json.object().add("interval", 10).build()),
                terms,
                policy);
    }

    RegistrationStatus.State register() {
        return register(Optional.empty());
    }

    /** Registers the device and answers how it ended. */
    RegistrationStatus.State register(Optional<JsonObject> payload) {
        return register(ID, payload);
    }

    RegistrationStatus.State register(RegistrationId id, Optional<JsonObject> payload) {
        RegistrationAttempt attempt = attempt(id, payload);
        if (service.desk().register(attempt) instanceof RegistrationAnswer.Accepted(String operation, Duration _)) {
            return Await.value(
                            Duration.ofSeconds(20),
                            "the registration of " + id + " ends",
                            () -> asked(attempt, operation),
                            Optional::isPresent)
                    .orElseThrow();
        }
        throw new AssertionError("not accepted: " + id);
    }

    private Optional<RegistrationStatus.State> asked(RegistrationAttempt attempt, String operation) {
        clock.advance(Duration.ofSeconds(3)); // for the limit of questions
        return service.desk().status(attempt, operation)
                        instanceof RegistrationAnswer.Finished(RegistrationStatus status)
                ? status.state()
                : Optional.empty();
    }

    RegistrationRecord record() {
        return tenant().records().find(ID).orElseThrow();
    }

    DeviceTwin twin(Hub hub) {
        return hub.twins().find(DEVICE).orElseThrow();
    }

    static boolean knows(Hub hub) {
        return hub.identities().find(DEVICE).isPresent();
    }

    private RegistrationAttempt attempt(RegistrationId id, Optional<JsonObject> payload) {
        var plain = new RegistrationAttempt(
                tenant().idScope(), new RegistrationRequest(id, Optional.empty(), payload), Optional.empty());
        SasToken token = SasToken.sign(
                plain.resource(),
                clock.instant().plus(Duration.ofHours(1)),
                Optional.empty(),
                keys.keys().primary()::hmacSha256);
        return DpsFixture.with(plain, token);
    }

    private Hub hub(HubName name) throws IOException {
        Database database = database(name.text());
        return Hub.open(HubSettings.of(name), database, sealer(database, name.text()), clock, new SecureRandom());
    }

    private Database database(String name) throws IOException {
        databases.add(Databases.open(directory.resolve(name + ".db")));
        return databases.getLast();
    }

    private KeySealer sealer(Database database, String name) throws IOException {
        return KeySealer.open(directory.resolve(name + ".key"), database, new SecureRandom());
    }

    @Override
    public void close() {
        north.close();
        south.close();
        databases.forEach(Database::close);
    }
}
