// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.DeviceAuthentication.Sas;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.ModelId;
import io.postern.wire.Secret;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Who exists in this hub (HUB-08, HUB-10): device identities with their keys, which lie sealed in the database,
 * or the certificates they are known by.
 *
 * <p>When a change returns, it is durable and every listener has heard of it: a deleted or disabled device has no live
 * session left.
 */
public final class IdentityRegistry {
    private static final int KEY_LENGTH = 64; // what a hub generates by default
    private static final int LARGEST_PAGE = 1_000; // spec: list of identities, top

    private final Database database;
    private final DeviceRows rows;
    private final Quarantine quarantine;
    private final InstantSource clock;
    private final SecureRandom random;
    private final List<IdentityListener> listeners = new CopyOnWriteArrayList<>();

    IdentityRegistry(
            Database database, DeviceRows rows, Quarantine quarantine, InstantSource clock, SecureRandom random) {
        this.database = database;
        this.rows = rows;
        this.quarantine = quarantine;
        this.clock = clock;
        this.random = random;
    }

    /** Creates an identity and its twin; keys the draft does not bring are generated (64 octets). */
    public RegistryReply.Creation create(IdentityDraft draft) {
        return create(draft, Optional.empty());
    }

    /**
     * Like {@link #create(IdentityDraft)}, by someone who may have handed the device over before.
     *
     * @param heir see {@link #handOver}
     */
    public RegistryReply.Creation create(IdentityDraft draft, Optional<String> heir) {
        TwinRules.checkTags(draft.tags());
        TwinRules.checkProperties(draft.desired());
        return database.transaction(c -> {
            Optional<DeviceIdentity> existing = rows.find(c, draft.deviceId());
            if (existing.isPresent()) {
                return new RegistryReply.AlreadyExists(existing.get());
            }
            Optional<RegistryReply.Quarantined> barred = quarantine.of(c, draft.deviceId(), heir);
            if (barred.isPresent()) {
                return barred.get();
            }
            DeviceIdentity created = fresh(draft);
            quarantine.leave(c, draft.deviceId());
            rows.write(c, created);
            TwinRows.insert(c, draft, created.created());
            return new RegistryReply.Created(created);
        });
    }

    /** Sets status and authentication; keys the draft does not bring stay as they are. */
    public RegistryReply.Update update(IdentityDraft draft, IfMatch condition) {
        Changed result = database.transaction(c -> updated(c, draft, condition));
        result.change().ifPresent(change -> tell(draft.deviceId(), change));
        return result.reply();
    }

    /** Deletes an identity and its twin; its name goes into {@link #quarantine()}. */
    public RegistryReply.Deletion delete(DeviceId device, IfMatch condition) {
        return delete(device, condition, Optional.empty());
    }

    /**
     * Deletes an identity and its twin because the device has moved to another hub. Its name is barred to all but
     * {@code heir}: the device itself may come back before the time is over.
     *
     * @param heir who moved it, for example {@code {idScope}/registrations/{registrationId}}
     */
    public RegistryReply.Deletion handOver(DeviceId device, String heir) {
        return delete(device, IfMatch.ANY, Optional.of(heir));
    }

    private RegistryReply.Deletion delete(DeviceId device, IfMatch condition, Optional<String> heir) {
        RegistryReply.Deletion reply = database.transaction(c -> {
            Optional<DeviceIdentity> found = rows.find(c, device);
            if (found.isEmpty()) {
                return new RegistryReply.NotFound(device);
            }
            if (!condition.accepts(found.get().etag())) {
                return new RegistryReply.EtagMismatch(found.get().etag());
            }
            Sql.update(c, "DELETE FROM hub_device WHERE device = ?", device.text());
            quarantine.enter(c, device, heir);
            return new RegistryReply.Deleted(found.get());
        });
        if (reply instanceof RegistryReply.Deleted) {
            tell(device, IdentityListener.Change.DELETED);
        }
        return reply;
    }

    public Optional<DeviceIdentity> find(DeviceId device) {
        return database.read(c -> rows.find(c, device));
    }

    /** Up to {@code most} (at most 1000) identities in the order of their names. */
    public List<DeviceIdentity> list(int most) {
        return page("", most);
    }

    /** Like {@link #list}, starting behind {@code after}. */
    public List<DeviceIdentity> listAfter(DeviceId after, int most) {
        return page(after.text(), most);
    }

    /** How many identities there are, and how many of them are enabled. */
    public Census census() {
        return database.read(c -> Sql.first(
                        c,
                        "SELECT count(*) AS total, coalesce(sum(enabled), 0) AS enabled FROM hub_device",
                        row -> new Census(row.number("total"), row.number("enabled")))
                .orElseThrow());
    }

    /** Counts of {@link #census()}. */
    public record Census(long total, long enabled) {}

    public Quarantine quarantine() {
        return quarantine;
    }

    public void addListener(IdentityListener listener) {
        listeners.add(listener);
    }

    public void removeListener(IdentityListener listener) {
        listeners.remove(listener);
    }

    /** A session of {@code device} has begun. */
    void connected(DeviceId device, Optional<ModelId> model, Instant at) {
        database.transaction(c -> Sql.update(
                c,
                "UPDATE hub_device SET last_activity = ?, model = coalesce(?, model) WHERE device = ?",
                at,
                model.map(ModelId::text),
                device.text()));
    }

    /** The last session of {@code device} has ended. */
    void disconnected(DeviceId device, Instant lastActivity) {
        database.transaction(c ->
                Sql.update(c, "UPDATE hub_device SET last_activity = ? WHERE device = ?", lastActivity, device.text()));
    }

    private record Changed(RegistryReply.Update reply, Optional<IdentityListener.Change> change) {}

    private Changed updated(Connection c, IdentityDraft draft, IfMatch condition) throws SQLException {
        Optional<DeviceIdentity> found = rows.find(c, draft.deviceId());
        if (found.isEmpty()) {
            return new Changed(new RegistryReply.NotFound(draft.deviceId()), Optional.empty());
        }
        DeviceIdentity old = found.get();
        if (!condition.accepts(old.etag())) {
            return new Changed(new RegistryReply.EtagMismatch(old.etag()), Optional.empty());
        }
        DeviceIdentity changed = changed(old, draft);
        rows.write(c, changed);
        return new Changed(new RegistryReply.Updated(changed), change(old, changed));
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
                now,
                now,
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
                old.created(),
                draft.enabled() == old.enabled() ? old.statusUpdated() : clock.instant(),
                old.connectedSince(),
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

    private List<DeviceIdentity> page(String after, int most) {
        return database.read(c -> rows.list(c, after, Math.clamp(most, 1, LARGEST_PAGE)));
    }

    private Secret freshKey() {
        return Secret.random(KEY_LENGTH, random);
    }

    private String freshEtag() {
        byte[] octets = new byte[8];
        random.nextBytes(octets);
        return Bytes.of(octets).toBase64();
    }

    private void tell(DeviceId device, IdentityListener.Change change) {
        listeners.forEach(listener -> listener.changed(device, change));
    }
}
