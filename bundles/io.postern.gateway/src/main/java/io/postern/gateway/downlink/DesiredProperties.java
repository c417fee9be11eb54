// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.downlink;

import io.postern.gateway.spi.LeafOrders.Attempt;
import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What the hub wants one leaf's properties to be and has not been told the end of. The twin is the memory: what it reports
 * as done or refused is not done again, whoever restarts. Owned by the thread of the leaf's {@link Downlink}.
 */
final class DesiredProperties {
    private static final int DONE = 200;

    private final SequencedMap<String, Wanted> open = new LinkedHashMap<>(); // a twin holds 32 kB of desired properties
    private final Map<String, JsonValue> shown = new HashMap<>(); // as many as were reported at most
    private JsonObject reported = JsonValue.EMPTY_JSON_OBJECT;
    private long version = -1; // of none known yet

    /**
     * A property that is to become something.
     *
     * @param version of the desired properties that wanted it so
     * @param attempt whether it may be so already
     * @param told the status last reported for this very version; 0 for none
     */
    record Wanted(String name, JsonValue value, long version, Attempt attempt, int told) {}

    /** Begins anew with what the hub knows: nothing tells what became of an order before, so each is an attempt again. */
    void read(JsonObject twin) {
        JsonObject desired = Json.object(twin, "desired").orElse(JsonValue.EMPTY_JSON_OBJECT);
        reported = Json.object(twin, "reported").orElse(JsonValue.EMPTY_JSON_OBJECT);
        version = number(desired, "$version").orElse(0L);
        open.clear();
        shown.clear();
        reported.keySet().forEach(this::learn);
        desired.forEach((name, value) -> {
            int told = toldOf(name);
            if (!name.startsWith("$") && !isSettled(name, value, told)) {
                open.put(name, new Wanted(name, value, version, Attempt.AGAIN, told));
            }
        });
    }

    /**
     * Takes a change over; one that is known already is passed over.
     *
     * @return false when changes before it are missing: the twin has to be read
     */
    boolean change(long next, JsonObject patch) {
        if (next <= version) {
            return true;
        }
        if (next != version + 1) {
            return false;
        }
        version = next;
        patch.forEach((name, value) -> {
            Wanted before = open.remove(name);
            if (value.getValueType() != JsonValue.ValueType.NULL && !name.startsWith("$")) {
                Attempt attempt = before == null ? Attempt.FIRST : before.attempt;
                open.put(name, new Wanted(name, value, next, attempt, 0));
            }
        });
        return true;
    }

    /** What is still to be done, in the order in which it was wanted. */
    List<Wanted> open() {
        return List.copyOf(open.values());
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Whether {@code wanted} still is: a later version may have taken its place. */
    boolean isOpen(Wanted wanted) {
        Wanted present = open.get(wanted.name);
        return present != null && present.version == wanted.version;
    }

    /** The hub has been told the end of it. */
    void settled(Wanted wanted, JsonObject acknowledgement) {
        open.remove(wanted.name);
        remember(wanted, acknowledgement);
    }

    /** The hub has been told how it stands; it is tried again, as one that may have been carried out. */
    void told(Wanted wanted, JsonObject acknowledgement, int status, Attempt next) {
        open.put(wanted.name, new Wanted(wanted.name, wanted.value, wanted.version, next, status));
        remember(wanted, acknowledgement);
    }

    /** What the instrument showed when an order of this name was last done. */
    Optional<JsonValue> shown(String name) {
        return Optional.ofNullable(shown.get(name));
    }

    private void remember(Wanted wanted, JsonObject acknowledgement) {
        reported = Json.object(reported).add(wanted.name, acknowledgement).build();
        learn(wanted.name);
    }

    private void learn(String name) {
        Json.object(reported, name)
                .filter(each -> number(each, "ac").equals(Optional.of((long) DONE)) && each.containsKey("value"))
                .ifPresent(each -> shown.put(name, each.get("value")));
    }

    private boolean isSettled(String name, JsonValue value, int told) {
        if (told == DONE || Answers.isFinal(told)) {
            return true;
        }
        return shown(name).filter(last -> JsonMeasurement.isSame(last, value)).isPresent();
    }

    private int toldOf(String name) {
        Optional<JsonObject> last = Json.object(reported, name);
        return last.flatMap(each -> number(each, "av")).equals(Optional.of(version))
                ? last.flatMap(each -> number(each, "ac")).orElse(0L).intValue()
                : 0;
    }

    private static Optional<Long> number(Map<String, JsonValue> object, String name) {
        return object.get(name) instanceof JsonNumber number ? Optional.of(number.longValue()) : Optional.empty();
    }
}
