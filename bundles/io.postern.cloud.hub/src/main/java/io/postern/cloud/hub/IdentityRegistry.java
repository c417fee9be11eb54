// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.diagnostics.Diagnostics;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import io.postern.wire.ModelId;
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
    private static final int LARGEST_PAGE = 1_000; // spec: list of identities, top

    private final Database database;
    private final DeviceRows rows;
    private final Quarantine quarantine;
    private final IdentityChanges changes;
    private final Diagnostics diagnostics;
    private final InstantSource clock;
    private final List<IdentityListener> listeners = new CopyOnWriteArrayList<>();

    IdentityRegistry(
            Database database,
            DeviceRows rows,
            Quarantine quarantine,
            RegistryMeter meter,
            Diagnostics diagnostics,
            InstantSource clock,
            SecureRandom random) {
        this.database = database;
        this.rows = rows;
        this.quarantine = quarantine;
        this.changes = new IdentityChanges(rows, quarantine, meter, clock, random);
        this.diagnostics = diagnostics;
        this.clock = clock;
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
        return told(draft.deviceId(), database.transaction(c -> changes.create(c, draft, heir)));
    }

    /** Sets status and authentication; keys the draft does not bring stay as they are. */
    public RegistryReply.Update update(IdentityDraft draft, IfMatch condition) {
        return told(draft.deviceId(), database.transaction(c -> changes.update(c, draft, condition)));
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
        return told(device, database.transaction(c -> changes.delete(c, device, condition, heir)));
    }

    public Optional<DeviceIdentity> find(DeviceId device) {
        return database.read(c -> rows.find(c, device));
    }

    Optional<DeviceIdentity> find(Connection c, DeviceId device) throws SQLException {
        return rows.find(c, device);
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
        database.transaction(c -> Sql.update(c, """
                UPDATE hub_device SET connection_changed = ?, last_activity = ?, model = coalesce(?, model)
                  WHERE device = ?
                """, at, at, model.map(ModelId::text), device.text()));
    }

    /** The last session of {@code device} has ended. */
    void disconnected(DeviceId device, Instant lastActivity) {
        database.transaction(c -> Sql.update(
                c,
                "UPDATE hub_device SET connection_changed = ?, last_activity = ? WHERE device = ?",
                clock.instant(),
                lastActivity,
                device.text()));
    }

    IdentityChanges changes() {
        return changes;
    }

    /** The reply, after every listener has heard of what it stands for. */
    <R> R told(DeviceId device, IdentityChanges.Outcome<R> outcome) {
        outcome.tale().ifPresent(tale -> diagnostics.changed(device, tale));
        outcome.change().ifPresent(change -> listeners.forEach(listener -> listener.changed(device, change)));
        return outcome.reply();
    }

    private List<DeviceIdentity> page(String after, int most) {
        return database.read(c -> rows.list(c, after, Math.clamp(most, 1, LARGEST_PAGE)));
    }
}
