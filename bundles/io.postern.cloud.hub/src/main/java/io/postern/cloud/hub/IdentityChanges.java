// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.DeviceAuthentication.Sas;
import io.postern.cloud.hub.diagnostics.Operation.IdentityChange;
import io.postern.cloud.store.Sql;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Secret;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** The changes an identity can undergo, each inside a transaction of the caller, who tells the listeners after it. */
final class IdentityChanges {
    private static final int KEY_LENGTH = 64; // what a hub generates by default

    private final DeviceRows rows;
    private final Quarantine quarantine;
    private final RegistryMeter meter;
    private final InstantSource clock;
    private final SecureRandom random;

    /** What became of it, what listeners are to be told once it is committed, and what goes into the log of operations. */
    record Outcome<R>(R reply, Optional<IdentityListener.Change> change, Optional<IdentityChange> tale) {
        static <R> Outcome<R> quiet(R reply) {
            return new Outcome<>(reply, Optional.empty(), Optional.empty());
        }
    }

    IdentityChanges(
            DeviceRows rows, Quarantine quarantine, RegistryMeter meter, InstantSource clock, SecureRandom random) {
        this.rows = rows;
        this.quarantine = quarantine;
        this.meter = meter;
        this.clock = clock;
        this.random = random;
    }

    /** @param heir see {@link IdentityRegistry#handOver} */
    Outcome<RegistryReply.Creation> create(Connection c, IdentityDraft draft, Optional<String> heir)
            throws SQLException {
        TwinRules.checkTags(draft.tags());
        TwinRules.checkProperties(draft.desired());
        Optional<DeviceIdentity> existing = rows.find(c, draft.deviceId());
        if (existing.isPresent()) {
            return Outcome.quiet(new RegistryReply.AlreadyExists(existing.get()));
        }
        Optional<RegistryReply.Quarantined> barred = quarantine.of(c, draft.deviceId(), heir);
        if (barred.isPresent()) {
            return Outcome.quiet(barred.get());
        }
        DeviceIdentity created = fresh(draft);
        quarantine.leave(c, draft.deviceId());
        rows.write(c, created);
        TwinRows.insert(c, draft, created.created());
        meter.created(c);
        return new Outcome<>(new RegistryReply.Created(created), Optional.empty(), Optional.of(IdentityChange.CREATED));
    }

    Outcome<RegistryReply.Update> update(Connection c, IdentityDraft draft, IfMatch condition) throws SQLException {
        Optional<DeviceIdentity> found = rows.find(c, draft.deviceId());
        if (found.isEmpty()) {
            return Outcome.quiet(new RegistryReply.NotFound(draft.deviceId()));
        }
        DeviceIdentity old = found.get();
        if (!condition.accepts(old.etag())) {
            return Outcome.quiet(new RegistryReply.EtagMismatch(old.etag()));
        }
        DeviceIdentity changed = changed(old, draft);
        rows.write(c, changed);
        Optional<IdentityListener.Change> change = change(old, changed);
        return new Outcome<>(new RegistryReply.Updated(changed), change, Optional.of(tale(change)));
    }

    Outcome<RegistryReply.Deletion> delete(Connection c, DeviceId device, IfMatch condition, Optional<String> heir)
            throws SQLException {
        Optional<DeviceIdentity> found = rows.find(c, device);
        if (found.isEmpty()) {
            return Outcome.quiet(new RegistryReply.NotFound(device));
        }
        if (!condition.accepts(found.get().etag())) {
            return Outcome.quiet(new RegistryReply.EtagMismatch(found.get().etag()));
        }
        Sql.update(c, "DELETE FROM hub_device WHERE device = ?", device.text());
        quarantine.enter(c, device, heir);
        meter.deleted(c);
        return new Outcome<>(
                new RegistryReply.Deleted(found.get()),
                Optional.of(IdentityListener.Change.DELETED),
                Optional.of(IdentityChange.DELETED));
    }

    private static IdentityChange tale(Optional<IdentityListener.Change> change) {
        return change.map(known -> switch (known) {
                    case DELETED -> IdentityChange.DELETED;
                    case DISABLED -> IdentityChange.DISABLED;
                    case KEYS_CHANGED, AUTHENTICATION_CHANGED -> IdentityChange.CREDENTIALS_REPLACED;
                })
                .orElse(IdentityChange.UPDATED);
    }

    private static Optional<IdentityListener.Change> change(DeviceIdentity old, DeviceIdentity changed) {
        if (!changed.enabled()) {
            return Optional.of(IdentityListener.Change.DISABLED);
        }
        if (old.authentication().equals(changed.authentication())) {
            return Optional.empty();
        }
        return old.authentication().type().equals(changed.authentication().type())
                ? Optional.of(IdentityListener.Change.KEYS_CHANGED)
                : Optional.of(IdentityListener.Change.AUTHENTICATION_CHANGED);
    }

    private DeviceIdentity fresh(IdentityDraft draft) {
        Instant now = clock.instant();
        return new DeviceIdentity(
                draft.deviceId(),
                Long.toString(random.nextLong(1L << 60, Long.MAX_VALUE)),
                freshEtag(),
                draft.enabled(),
                draft.statusReason(),
                authentication(draft.credentials(), Optional.empty()),
                draft.relations().orElse(Relations.NONE),
                now,
                now,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private DeviceIdentity changed(DeviceIdentity old, IdentityDraft draft) {
        return new DeviceIdentity(
                old.deviceId(),
                old.generationId(),
                freshEtag(),
                draft.enabled(),
                draft.statusReason(),
                authentication(draft.credentials(), Optional.of(old.authentication())),
                draft.relations().orElse(old.relations()),
                old.created(),
                draft.enabled() == old.enabled() ? old.statusUpdated() : clock.instant(),
                old.connectedSince(),
                old.connectionChanged(),
                old.lastActivity(),
                old.model());
    }

    private DeviceAuthentication authentication(
            IdentityDraft.Credentials asked, Optional<DeviceAuthentication> current) {
        return switch (asked) {
            case IdentityDraft.AsBefore _ ->
                current.orElseGet(() -> new Sas(new SymmetricKeys(freshKey(), freshKey())));
            case IdentityDraft.Certificates(var certificate) -> certificate;
            case IdentityDraft.Keys(Optional<Secret> primary, Optional<Secret> secondary) -> {
                Optional<SymmetricKeys> kept = current.filter(Sas.class::isInstance)
                        .map(Sas.class::cast)
                        .map(Sas::keys);
                yield new Sas(new SymmetricKeys(
                        primary.or(() -> kept.map(SymmetricKeys::primary)).orElseGet(this::freshKey),
                        secondary.or(() -> kept.map(SymmetricKeys::secondary)).orElseGet(this::freshKey)));
            }
        };
    }

    private Secret freshKey() {
        return Secret.random(KEY_LENGTH, random);
    }

    private String freshEtag() {
        byte[] octets = new byte[8];
        random.nextBytes(octets);
        return Bytes.of(octets).toBase64();
    }
}
