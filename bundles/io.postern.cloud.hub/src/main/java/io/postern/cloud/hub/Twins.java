// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.diagnostics.Diagnostics;
import io.postern.cloud.hub.diagnostics.Operation;
import io.postern.cloud.store.Database;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The twins of this hub's devices. Each identity has one from its creation to its deletion.
 *
 * <p>A patch that breaks a limit is the caller's mistake: {@link IllegalArgumentException}, nothing changed.
 */
public final class Twins {
    private final Database database;
    private final Diagnostics diagnostics;
    private final InstantSource clock;
    private final List<TwinListener> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<DeviceId>> tagListeners = new CopyOnWriteArrayList<>();

    Twins(Database database, Diagnostics diagnostics, InstantSource clock) {
        this.database = database;
        this.diagnostics = diagnostics;
        this.clock = clock;
    }

    public Optional<DeviceTwin> find(DeviceId device) {
        return database.read(c -> TwinRows.find(c, device));
    }

    /**
     * The device reports: {@code patch} is merged into its reported properties.
     *
     * @param onlyVersion the version of the reported properties the device has seen, if it insists on it
     */
    public TwinReply report(DeviceId device, JsonObject patch, OptionalLong onlyVersion) {
        JsonObject bare = TwinRules.withoutStamps(patch);
        TwinRules.checkPatch(bare);
        return database.transaction(c -> {
            Optional<DeviceTwin> found = TwinRows.find(c, device);
            if (found.isEmpty()) {
                return new TwinReply.NoTwin(device);
            }
            DeviceTwin twin = found.get();
            if (onlyVersion.isPresent()
                    && onlyVersion.getAsLong() != twin.reported().version()) {
                return new TwinReply.Stale(twin);
            }
            JsonObject merged = MergePatch.apply(twin.reported().properties(), bare);
            TwinRules.checkProperties(merged);
            DeviceTwin changed = twin.withReported(twin.reported().changed(merged, bare, clock.instant()));
            TwinRows.writeReported(c, changed);
            return new TwinReply.Changed(changed);
        });
    }

    /** The service changes tags and desired properties; what is absent stays. */
    public TwinReply patch(
            DeviceId device, Optional<JsonObject> tags, Optional<JsonObject> desired, IfMatch condition) {
        Optional<JsonObject> bareTags = tags.map(TwinRules::withoutStamps);
        Optional<JsonObject> bareDesired = desired.map(TwinRules::withoutStamps);
        bareTags.ifPresent(TwinRules::checkPatch);
        bareDesired.ifPresent(TwinRules::checkPatch);
        return change(
                device,
                condition,
                twin -> new ServiceSide(
                        bareTags.map(p -> MergePatch.apply(twin.tags(), p)),
                        bareDesired.map(p -> MergePatch.apply(twin.desired().properties(), p)),
                        bareDesired));
    }

    /** The service replaces tags and desired properties; what is absent stays. */
    public TwinReply replace(
            DeviceId device, Optional<JsonObject> tags, Optional<JsonObject> desired, IfMatch condition) {
        Outcome outcome = database.transaction(c -> replace(c, device, tags, desired, condition));
        tell(device, outcome);
        return outcome.reply();
    }

    /** Like {@link #replace}, inside a transaction of the caller, who does {@link #tell} after it. */
    Outcome replace(
            Connection c, DeviceId device, Optional<JsonObject> tags, Optional<JsonObject> desired, IfMatch condition)
            throws SQLException {
        Optional<JsonObject> bareTags = tags.map(Twins::whole);
        Optional<JsonObject> bareDesired = desired.map(Twins::whole);
        return changed(
                c,
                device,
                condition,
                twin -> new ServiceSide(
                        bareTags,
                        bareDesired,
                        bareDesired.map(d -> MergePatch.between(twin.desired().properties(), d))));
    }

    /**
     * When a device first fetched its twin or reported to it, since the twin was made or {@link #awaitContact}; empty
     * while it has not (DPS-02).
     */
    public Optional<Instant> firstContact(DeviceId device) {
        return database.read(c -> TwinRows.firstContact(c, device));
    }

    /** Forgets {@link #firstContact}: what the device is to be configured with begins anew. */
    public void awaitContact(DeviceId device) {
        database.transaction(c -> TwinRows.writeFirstContact(c, device, Optional.empty()));
    }

    /** The device has fetched its twin or reported to it. Writes nothing from the second time on. */
    void contacted(DeviceId device) {
        if (firstContact(device).isEmpty()) {
            database.transaction(c -> TwinRows.writeFirstContact(c, device, Optional.of(clock.instant())));
        }
    }

    public void addListener(TwinListener listener) {
        listeners.add(listener);
    }

    /** {@code listener} is told whose tags have changed, after the commit. */
    void onTagsChanged(Consumer<DeviceId> listener) {
        tagListeners.add(listener);
    }

    public void removeListener(TwinListener listener) {
        listeners.remove(listener);
    }

    /** What a client sends as a whole section: null stands for a member that is not there, as in a patch. */
    private static JsonObject whole(JsonObject section) {
        JsonObject bare = TwinRules.withoutStamps(section);
        TwinRules.checkPatch(bare);
        return MergePatch.apply(JsonValue.EMPTY_JSON_OBJECT, bare);
    }

    /** The next tags and desired properties, and the patch that leads to the latter, which a live device is told of. */
    private record ServiceSide(Optional<JsonObject> tags, Optional<JsonObject> desired, Optional<JsonObject> notice) {}

    private interface Step {
        ServiceSide from(DeviceTwin twin);
    }

    /** What became of a change, and whether tags were among it. */
    record Outcome(TwinReply reply, boolean tagged) {}

    private TwinReply change(DeviceId device, IfMatch condition, Step step) {
        Outcome outcome = database.transaction(c -> changed(c, device, condition, step));
        tell(device, outcome);
        return outcome.reply();
    }

    /** Puts a change that is committed on record, and tells of tags; the device has been told already. */
    void tell(DeviceId device, Outcome outcome) {
        if (!(outcome.reply() instanceof TwinReply.Changed(DeviceTwin twin))) {
            return;
        }
        diagnostics.meters().twins().add("service", "change");
        diagnostics.write(new Operation.TwinChanged(device, twin.version()));
        if (outcome.tagged()) {
            tagListeners.forEach(listener -> listener.accept(device));
        }
    }

    /** In the order of commits: a device merges what it is told as it comes, and an older patch would undo a newer one. */
    private void tellDesired(DeviceId device, JsonObject patch, long version) {
        JsonObject notice = Json.object(patch).add("$version", version).build();
        database.afterCommit(() -> listeners.forEach(listener -> listener.desiredChanged(device, notice, version)));
    }

    private Outcome changed(Connection c, DeviceId device, IfMatch condition, Step step) throws SQLException {
        Optional<DeviceTwin> found = TwinRows.find(c, device);
        if (found.isEmpty()) {
            return new Outcome(new TwinReply.NoTwin(device), false);
        }
        DeviceTwin twin = found.get();
        if (!condition.accepts(twin.etag())) {
            return new Outcome(new TwinReply.Stale(twin), false);
        }
        ServiceSide next = step.from(twin);
        next.tags().ifPresent(TwinRules::checkTags);
        next.desired().ifPresent(TwinRules::checkProperties);
        DeviceTwin.Section desired = next.desired()
                .map(d -> twin.desired().changed(d, next.notice().orElse(d), clock.instant()))
                .orElse(twin.desired());
        TwinRows.writeService(c, twin.withService(next.tags().orElse(twin.tags()), desired));
        next.notice().ifPresent(patch -> tellDesired(device, patch, desired.version()));
        return new Outcome(
                new TwinReply.Changed(TwinRows.find(c, device).orElseThrow()),
                next.tags().isPresent());
    }
}
