// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.gateway.spi.StateStore;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What survives while the test runs; counts its writes, and fails when told. */
final class MemoryStore implements StateStore {
    final Map<String, JsonObject> facts = new ConcurrentHashMap<>();
    final AtomicInteger writes = new AtomicInteger();
    volatile boolean broken;

    @Override
    public Optional<JsonObject> read(String name) throws IOException {
        check();
        return Optional.ofNullable(facts.get(name));
    }

    @Override
    public void write(String name, JsonObject fact) throws IOException {
        check();
        writes.incrementAndGet();
        facts.put(name, fact);
    }

    @Override
    public void remove(String name) {
        facts.remove(name);
    }

    /** What is kept under this name, which is there. */
    JsonObject fact(String name) {
        return Optional.ofNullable(facts.get(name)).orElseThrow();
    }

    private void check() throws IOException {
        if (broken) {
            throw new IOException("the disk does not answer");
        }
    }
}
