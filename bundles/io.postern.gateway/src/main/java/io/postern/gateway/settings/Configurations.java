// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The configurations the parts of the gateway run with: by PID, values by key. */
interface Configurations {
    /** As the gateway's own file says. */
    Map<String, JsonObject> base();

    /** The keys that a configuration may have; empty when no part of this gateway knows it. */
    Optional<Set<String>> keys(String pid);

    /** @throws IllegalArgumentException naming the key whose value cannot be used */
    void check(String pid, JsonObject values);

    /** Hands over all that differs; the parts concerned are made anew, some of them later. */
    void apply(Map<String, JsonObject> before, Map<String, JsonObject> after) throws IOException;

    /** How far the parts concerned are with what was handed over last. */
    Delivery delivery(Set<String> pids, Map<String, JsonObject> after);

    /** How far. */
    sealed interface Delivery {
        /** All run with it. */
        record Done() implements Delivery {}

        /** Some do not yet. */
        record Waiting(String reason) implements Delivery {}

        /** One cannot. */
        record Failed(String reason) implements Delivery {}
    }
}
