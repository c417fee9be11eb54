// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.AccessRule.Effect;
import io.postern.cloud.hub.AccessRule.One;
import io.postern.cloud.hub.AccessRule.Prefix;
import io.postern.cloud.hub.AccessRule.Subject;
import io.postern.cloud.hub.AccessRule.Tag;
import io.postern.cloud.hub.diagnostics.Diagnostics;
import io.postern.cloud.hub.diagnostics.Operation;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.DeviceId;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The operator's block list and allow list (HUB-11): single devices, all whose id begins alike, all that bear a tag.
 *
 * <p>The block list beats the allow list. The allow list counts only while {@link #onlyListed()}: then nobody connects who
 * is not on it. Rules are asked when a device connects; {@link Hub} asks again for those connected when rules or tags
 * change. They lie in the database and, laid out for looking up, in memory.
 */
public final class AccessLists {
    /** Most rules of both lists, about 3 MB in memory; more devices than that are better grouped by prefix or tag. */
    public static final int MOST = 10_000;

    static final String COMPONENT = "hub_access";
    static final List<String> STEPS = List.of("""
            CREATE TABLE hub_access_rule(
              name TEXT PRIMARY KEY, effect TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
              tag_value TEXT, reason TEXT, made INTEGER NOT NULL);
            CREATE TABLE hub_access_mode(id INTEGER PRIMARY KEY, only_listed INTEGER NOT NULL);
            """);
    private static final int MOST_PATHS = 16; // tags looked at when a device connects
    private static final int MOST_TRIES = 100; // the newest refused tries, for the operator's eye

    private final Database database;
    private final Twins twins;
    private final Diagnostics diagnostics;
    private final InstantSource clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Deque<Try> tries = new ArrayDeque<>(); // guarded by itself
    private final Map<String, Long> counts = new TreeMap<>(); // guarded by tries; no more names than rules, and one
    private volatile State state;

    /** A device that was shut out. */
    public record Try(DeviceId device, Instant at, String why) {}

    /**
     * What was refused since the hub was started.
     *
     * @param byRule by the rule's name; those that were on no list under {@code notListed}
     * @param newest the latest tries, the last one first
     */
    public record Refusals(long total, Map<String, Long> byRule, List<Try> newest) {}

    /** The answer to a new rule. */
    public sealed interface Reply {}

    public record Stored(AccessRule rule) implements Reply {}

    public record TooMany(String what) implements Reply {}

    private record State(Map<String, AccessRule> rules, boolean onlyListed, AccessIndex blocked, AccessIndex allowed) {
        static State of(Map<String, AccessRule> rules, boolean onlyListed) {
            return new State(rules, onlyListed, index(rules, Effect.BLOCK), index(rules, Effect.ALLOW));
        }

        private static AccessIndex index(Map<String, AccessRule> rules, Effect effect) {
            return new AccessIndex(rules.values().stream()
                    .filter(rule -> rule.effect() == effect)
                    .toList());
        }

        int paths() {
            return blocked.paths() + allowed.paths();
        }
    }

    /** Why a device stays outside. */
    private record Bar(String key, String why) {}

    AccessLists(Database database, Twins twins, Diagnostics diagnostics, InstantSource clock) {
        this.database = database;
        this.twins = twins;
        this.diagnostics = diagnostics;
        this.clock = clock;
        this.state = database.read(AccessLists::stored);
    }

    /** In the order of their names. */
    public Collection<AccessRule> rules() {
        return state.rules().values();
    }

    /** Whether only devices of the allow list may connect. */
    public boolean onlyListed() {
        return state.onlyListed();
    }

    /** Adds a rule, or replaces that of the same name; whoever it shuts out is cut when this returns. */
    public Reply put(String name, Effect effect, Subject subject, Optional<String> reason) {
        var rule = new AccessRule(name, effect, subject, reason, clock.instant());
        synchronized (this) {
            Map<String, AccessRule> next = new TreeMap<>(state.rules());
            next.put(name, rule);
            State after = State.of(next, state.onlyListed());
            if (next.size() > MOST) {
                return new TooMany(
                        "a hub has at most " + MOST + " access rules; put devices together by prefix or tag");
            }
            if (after.paths() > MOST_PATHS) {
                return new TooMany("the access rules speak of at most " + MOST_PATHS + " different tags");
            }
            database.transaction(c -> write(c, rule));
            state = after;
        }
        tell(name, "put");
        return new Stored(rule);
    }

    /** @return false when there is no such rule */
    public boolean remove(String name) {
        synchronized (this) {
            Map<String, AccessRule> next = new TreeMap<>(state.rules());
            if (next.remove(name) == null) {
                return false;
            }
            database.transaction(c -> Sql.update(c, "DELETE FROM hub_access_rule WHERE name = ?", name));
            state = State.of(next, state.onlyListed());
        }
        tell(name, "remove");
        return true;
    }

    /** Closes the hub to all that are not on the allow list, or opens it again. */
    public void onlyListed(boolean only) {
        synchronized (this) {
            database.transaction(c -> Sql.update(c, Sql.upsert("hub_access_mode", "id", "only_listed"), 1, only));
            state = State.of(state.rules(), only);
        }
        tell("", only ? "onlyListed" : "allButBlocked");
    }

    /** What the lists have kept out since the hub was started. */
    public Refusals refusals() {
        synchronized (tries) {
            long total = counts.values().stream().mapToLong(Long::longValue).sum();
            return new Refusals(total, Map.copyOf(counts), List.copyOf(tries.reversed()));
        }
    }

    /** Why {@code device} may not connect; counted as a try. */
    Optional<String> refused(DeviceId device) {
        Optional<Bar> bar = bar(device);
        bar.ifPresent(found -> count(device, found));
        return bar.map(Bar::why);
    }

    /** Whether {@code device} may not be connected. */
    public boolean bars(DeviceId device) {
        return bar(device).isPresent();
    }

    private void tell(String rule, String change) {
        diagnostics.write(new Operation.AccessListChanged(rule, change));
        listeners.forEach(Runnable::run);
    }

    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    private Optional<Bar> bar(DeviceId device) {
        State now = state;
        Supplier<JsonObject> tags =
                () -> twins.find(device).map(DeviceTwin::tags).orElse(JsonValue.EMPTY_JSON_OBJECT);
        Optional<AccessRule> block = now.blocked().find(device, tags);
        if (block.isPresent()) {
            return Optional.of(new Bar(
                    block.get().name(),
                    "device " + device + " is on the block list by "
                            + block.get().told()));
        }
        return !now.onlyListed() || now.allowed().find(device, tags).isPresent()
                ? Optional.empty()
                : Optional.of(new Bar(
                        "notListed",
                        "device " + device + " is not on the allow list, and only those on it may connect"));
    }

    private void count(DeviceId device, Bar bar) {
        synchronized (tries) {
            if (counts.size() <= MOST || counts.containsKey(bar.key())) { // names of removed rules stay until a restart
                counts.merge(bar.key(), 1L, Long::sum);
            }
            tries.addLast(new Try(device, clock.instant(), bar.why()));
            if (tries.size() > MOST_TRIES) {
                tries.removeFirst();
            }
        }
    }

    private static State stored(Connection c) throws SQLException {
        Map<String, AccessRule> rules = Sql.all(c, "SELECT * FROM hub_access_rule", AccessLists::read).stream()
                .collect(Collectors.toMap(AccessRule::name, rule -> rule, (one, _) -> one, TreeMap::new));
        boolean only = Sql.first(c, "SELECT only_listed FROM hub_access_mode", row -> row.flag("only_listed"))
                .orElse(false);
        return State.of(rules, only);
    }

    private static int write(Connection c, AccessRule rule) throws SQLException {
        record Columns(String kind, String subject, Optional<String> value) {}
        Columns columns =
                switch (rule.subject()) {
                    case One(DeviceId device) -> new Columns("device", device.text(), Optional.empty());
                    case Prefix(String start) -> new Columns("prefix", start, Optional.empty());
                    case Tag(String path, String value) -> new Columns("tag", path, Optional.of(value));
                };
        return Sql.update(
                c,
                Sql.upsert("hub_access_rule", "name", "effect, kind, subject, tag_value, reason, made"),
                rule.name(),
                rule.effect().name(),
                columns.kind(),
                columns.subject(),
                columns.value(),
                rule.reason(),
                rule.made());
    }

    private static AccessRule read(Row row) throws SQLException {
        String text = row.text("subject");
        Subject subject =
                switch (row.text("kind")) {
                    case "device" -> new One(DeviceId.of(text));
                    case "prefix" -> new Prefix(text);
                    case "tag" -> new Tag(text, row.text("tag_value"));
                    default -> throw new SQLException("a rule is about a " + row.text("kind"));
                };
        return new AccessRule(
                row.text("name"),
                Effect.valueOf(row.text("effect")),
                subject,
                row.optionalText("reason"),
                row.instant("made"));
    }
}
