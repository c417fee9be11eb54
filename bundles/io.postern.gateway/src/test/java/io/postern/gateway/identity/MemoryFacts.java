// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.identity;

import io.postern.gateway.spi.StateStore;
import jakarta.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Facts that live as long as the test; a copy is what a second box with the same disk finds. */
public final class MemoryFacts implements StateStore {
    private final Map<String, JsonObject> facts;

    public MemoryFacts() {
        this(Map.of());
    }

    private MemoryFacts(Map<String, JsonObject> start) {
        facts = new ConcurrentHashMap<>(start);
    }

    MemoryFacts copy() {
        return new MemoryFacts(facts);
    }

    @Override
    public Optional<JsonObject> read(String name) {
        return Optional.ofNullable(facts.get(name));
    }

    @Override
    public void write(String name, JsonObject fact) {
        facts.put(name, fact);
    }

    @Override
    public void remove(String name) {
        facts.remove(name);
    }
}
