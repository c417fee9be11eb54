// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A hub on a fresh database, its clock standing at a fixed instant. */
final class HubFixture implements AutoCloseable {
    static final HubName NAME = HubName.of("hub.lab.test");
    static final Instant START = Instant.parse("2026-03-01T08:00:00Z");

    final MovableClock clock = MovableClock.at(START);
    final Database database;
    final KeySealer sealer;
    final Hub hub;

    HubFixture(Path directory) throws IOException {
        this(directory, HubSettings.of(NAME));
    }

    HubFixture(Path directory, HubSettings settings) throws IOException {
        database = Databases.open(directory.resolve("cloud.db"));
        sealer = KeySealer.open(directory.resolve("master.key"), database, new SecureRandom());
        hub = Hub.open(settings, database, sealer, clock, new SecureRandom());
    }

    DeviceIdentity device(String name) {
        return switch (hub.identities().create(IdentityDraft.of(DeviceId.of(name)))) {
            case RegistryReply.Created(DeviceIdentity identity) -> identity;
            case RegistryReply.Creation refused -> throw new AssertionError(refused);
        };
    }

    /** A token of the device, signed with its own primary key, good for an hour. */
    SasToken token(DeviceIdentity device) {
        return token(
                ResourceUri.device(NAME, device.deviceId()),
                Optional.empty(),
                device.keys().primary());
    }

    SasToken policyToken(String policy, ResourceUri resource) {
        return token(
                resource,
                Optional.of(policy),
                hub.policies().find(policy).orElseThrow().keys().primary());
    }

    SasToken token(ResourceUri resource, Optional<String> policy, Secret key) {
        return SasToken.sign(resource, clock.instant().plus(Duration.ofHours(1)), policy, key::hmacSha256);
    }

    Principal.Device admitted(DeviceIdentity device) {
        return admitted(token(device), device.deviceId());
    }

    Principal.Device admitted(SasToken token, DeviceId device) {
        return switch (hub.gatekeeper().admitDevice(token, device)) {
            case AccessDecision.Allowed<Principal.Device>(Principal.Device principal) -> principal;
            case AccessDecision.Denied<Principal.Device> denied -> throw new AssertionError(denied);
        };
    }

    @Override
    public void close() {
        hub.close();
        database.close();
    }
}
