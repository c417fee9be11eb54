// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.wire.Bytes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A port in a world whose time only passes while somebody waits: what arrives when is said beforehand. */
final class FakePort implements Port, Ticker {
    record Written(long atNanos, String hex) {}

    private record Arrival(long atNanos, Bytes octets) {}

    private final List<Arrival> arrivals = new ArrayList<>();
    private final List<Written> written = new ArrayList<>();
    private long now;
    private long hangsUpAt = Long.MAX_VALUE;

    FakePort arrives(long atNanos, String hex) {
        arrivals.add(new Arrival(atNanos, Bytes.hex(hex)));
        return this;
    }

    FakePort hangsUp(long atNanos) {
        hangsUpAt = atNanos;
        return this;
    }

    List<Written> written() {
        return written;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public void pause(long nanos) {
        now += nanos;
    }

    @Override
    public int read(byte[] buffer, int offset) throws PortGoneException {
        check();
        if (arrivals.isEmpty() || arrivals.getFirst().atNanos() > now) {
            return 0;
        }
        int got = 0;
        while (!arrivals.isEmpty() && arrivals.getFirst().atNanos() <= now) {
            byte[] octets = arrivals.removeFirst().octets().toArray();
            System.arraycopy(octets, 0, buffer, offset + got, octets.length);
            got += octets.length;
        }
        return got;
    }

    @Override
    public void write(byte[] frame) throws PortGoneException {
        check();
        written.add(new Written(now, HexFormat.of().formatHex(frame)));
    }

    private void check() throws PortGoneException {
        if (now >= hangsUpAt) {
            throw new PortGoneException("/dev/fake hung up");
        }
    }

    @Override
    public void close() {}
}
