// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Puts messages that are published together into one record of TLS. Paho flushes after each; whoever publishes several
 * says so before with {@link #expect}. Written to by one thread, Paho's sender.
 */
final class GatheredOutput extends OutputStream {
    private static final int RECORD = 16 * 1024; // the longest of TLS (RFC 8446, 5.1)

    private final OutputStream out;
    private final AtomicInteger expected = new AtomicInteger();
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream(0);

    GatheredOutput(OutputStream out) {
        this.out = out;
    }

    /** As many flushes follow at least; what is written before the last of them may wait for it. */
    void expect(int flushes) {
        expected.addAndGet(flushes);
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int from, int count) throws IOException {
        if (gathered.size() + count > RECORD) {
            release();
        }
        if (count >= RECORD || expected.get() <= 1 && gathered.size() == 0) {
            out.write(octets, from, count);
        } else {
            gathered.write(octets, from, count);
        }
    }

    @Override
    public void flush() throws IOException {
        if (expected.updateAndGet(left -> Math.max(0, left - 1)) == 0) {
            release();
            out.flush();
        }
    }

    private void release() throws IOException {
        if (gathered.size() > 0) {
            gathered.writeTo(out);
            gathered.reset();
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
