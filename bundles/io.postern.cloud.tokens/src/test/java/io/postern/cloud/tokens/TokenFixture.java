// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;

/** A hub with two gateways, its token service beside it; the clock stands still. */
final class TokenFixture implements AutoCloseable {
    static final HubName HUB = HubName.of("hub.plant.test");
    static final DeviceId GATEWAY = DeviceId.of("gw-1");
    static final DeviceId OTHER_GATEWAY = DeviceId.of("gw-2");
    static final DeviceId LEAF = DeviceId.of("meter-1");

    final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    final SecureRandom random = new SecureRandom();
    final Database database;
    final Hub hub;
    TokenService service;

    TokenFixture(Path directory, NewLeafPolicy newLeaves) throws IOException {
        database = Database.open(directory.resolve("cloud.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, random);
        hub = Hub.open(HubSettings.of(HUB), database, sealer, clock, random);
        service = start(newLeaves);
        make(GATEWAY);
        make(OTHER_GATEWAY);
    }

    /** A service anew on the same ledger, as after a restart. */
    TokenService start(NewLeafPolicy newLeaves) {
        return TokenService.of(TokenSettings.DEFAULTS.with(newLeaves), hub, database, clock, System::nanoTime, random);
    }

    void make(DeviceId device) {
        hub.identities().create(IdentityDraft.of(device));
    }

    void assign(DeviceId leaf, DeviceId gateway) throws IOException {
        assertThat(service.desk().assign(leaf, gateway, true, "op")).isInstanceOf(AssignmentReply.Assigned.class);
    }

    /** The same where no checked exception may pass; our own hub throws none. */
    void assignHere(DeviceId leaf, DeviceId gateway) {
        try {
            assign(leaf, gateway);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    SasToken granted(DeviceId gateway, DeviceId leaf) {
        return ((TokenDecision.Granted) service.issue(tokenOf(gateway), LeafQuestion.of(leaf))).token();
    }

    Refusal refusal(DeviceId gateway, DeviceId leaf) {
        return refused(gateway, leaf).reason();
    }

    TokenDecision.Refused refused(DeviceId gateway, DeviceId leaf) {
        return (TokenDecision.Refused) service.issue(tokenOf(gateway), LeafQuestion.of(leaf));
    }

    SasToken tokenOf(DeviceId gateway) {
        Secret key = hub.identities().find(gateway).orElseThrow().keys().primary();
        return SasToken.sign(
                ResourceUri.device(HUB, gateway),
                clock.instant().plus(Duration.ofMinutes(5)),
                Optional.empty(),
                key::hmacSha256);
    }

    @Override
    public void close() {
        service.close();
        hub.close();
        database.close();
    }
}
