// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import java.util.concurrent.atomic.LongAdder;

/** What one transport carries into a hub. On the path of every message: adders only. */
public final class TransportMeter {
    private final LongAdder opened = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder messages = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder garbled = new LongAdder();

    TransportMeter() {}

    /** Telemetry was accepted. */
    public void accepted(long count, long octets) {
        messages.add(count);
        bytes.add(octets);
    }

    /** Something was sent that is no telemetry by the hub's rules. */
    public void garbled() {
        garbled.increment();
    }

    void opened() {
        opened.increment();
    }

    void ended() {
        ended.increment();
    }

    public long messages() {
        return messages.sum();
    }

    public long bytes() {
        return bytes.sum();
    }

    public long garbledCount() {
        return garbled.sum();
    }

    long openedCount() {
        return opened.sum();
    }

    long live() {
        return Math.max(0, opened.sum() - ended.sum()); // read one after the other
    }
}
