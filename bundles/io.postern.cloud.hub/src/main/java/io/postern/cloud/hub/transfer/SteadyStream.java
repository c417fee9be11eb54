// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.transfer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What another's server sends, as long as it sends steadily: one that stops in the middle, or lets it drip, fails the
 * reader instead of holding it. Only the time counts in which the reader waited. For one reader.
 */
final class SteadyStream extends FilterInputStream {
    private final Duration patience;
    private final long slowest;
    private long waited; // nanoseconds
    private long octets;
    private volatile boolean late;

    /**
     * @param in read in large parts, and closed by another thread when it is late
     * @param patience how long the reader waits in all, and a second more for every
     * @param slowest octets
     */
    SteadyStream(InputStream in, Duration patience, long slowest) {
        super(in);
        this.patience = patience;
        this.slowest = slowest;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int at, int most) throws IOException {
        long begun = System.nanoTime();
        long left = patience.toNanos() + TimeUnit.SECONDS.toNanos(octets / slowest) - waited;
        var alarm = new CompletableFuture<Void>().orTimeout(Math.max(1, left), TimeUnit.NANOSECONDS);
        alarm.whenComplete((_, timeout) -> {
            if (timeout != null) {
                giveUp();
            }
        });
        int count;
        try {
            count = super.read(into, at, most);
        } catch (IOException e) {
            throw late ? slow(e) : e;
        } finally {
            alarm.complete(null);
            waited += System.nanoTime() - begun;
        }
        if (late) { // a closed stream may look like one that has come to its end
            throw slow(null);
        }
        octets += Math.max(0, count);
        return count;
    }

    private void giveUp() {
        late = true;
        try {
            in.close();
        } catch (IOException _) {
            // whoever reads is told that it was late
        }
    }

    private IOException slow(@org.jspecify.annotations.Nullable IOException cause) {
        return new IOException(
                "the blob store stopped sending, or sends too slowly: " + octets + " bytes in "
                        + TimeUnit.NANOSECONDS.toSeconds(waited) + " s; start the job again when it is well",
                cause);
    }
}
