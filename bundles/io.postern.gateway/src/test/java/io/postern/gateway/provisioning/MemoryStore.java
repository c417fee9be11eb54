// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.spi.StateStore;
import jakarta.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A state store that survives whatever the test does to the provisioner. */
final class MemoryStore implements StateStore {
    private final Map<String, JsonObject> facts = new ConcurrentHashMap<>();
    private final PowerCut powerCut;

    MemoryStore(PowerCut powerCut) {
        this.powerCut = powerCut;
    }

    @Override
    public Optional<JsonObject> read(String name) {
        return Optional.ofNullable(facts.get(name));
    }

    @Override
    public void write(String name, JsonObject fact) {
        powerCut.step();
        facts.put(name, fact);
        powerCut.step();
    }

    @Override
    public void remove(String name) {
        powerCut.step();
        facts.remove(name);
        powerCut.step();
    }
}
