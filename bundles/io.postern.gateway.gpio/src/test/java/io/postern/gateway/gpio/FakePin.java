// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.sensor.pins.PinMap;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A pin the test moves by hand; an output remembers what it was told. */
final class FakePin implements Pin {
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final List<Boolean> told = new CopyOnWriteArrayList<>();
    volatile Level level = Level.INACTIVE;
    volatile boolean stuck;
    volatile boolean missing;
    private volatile Consumer<Change> listener = change -> {};
    private volatile boolean safe;

    Pin open(PinAddress address, PinMap map, Consumer<Change> changes) throws IOException {
        opened.incrementAndGet();
        if (missing) {
            throw new IOException("there is no such chip");
        }
        listener = changes;
        if (map.role() == PinMap.Role.OUTPUT) {
            safe = map.safe();
            set(safe);
        }
        return this;
    }

    void become(Level next) {
        become(next, 0, OptionalLong.empty());
    }

    void become(Level next, int lost, OptionalLong at) {
        level = next;
        listener.accept(new Change(next, lost, at));
    }

    void pulse() {
        become(Level.ACTIVE);
        become(Level.INACTIVE);
    }

    @Override
    public Level level() {
        return level;
    }

    @Override
    public void set(boolean active) {
        told.add(active);
        level = active && !stuck ? Level.ACTIVE : Level.INACTIVE;
    }

    @Override
    public String label() {
        return "fake";
    }

    @Override
    public void close() {
        closed.incrementAndGet();
        told.add(safe);
    }
}
