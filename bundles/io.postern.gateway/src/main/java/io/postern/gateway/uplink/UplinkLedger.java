// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.spi.UplinkReport;
import io.postern.wire.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of each identity's token, for whoever looks; at most one line for the gateway and each of its leaves.
 * Kept in memory, as the tokens are: a token is a secret that costs milliseconds to get anew.
 */
public final class UplinkLedger implements UplinkReport {
    private final LongSupplier nanoTime;
    private final Map<DeviceId, Line> lines = new ConcurrentHashMap<>();
    private final AtomicLong obtained = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile Supplier<Connecting> connecting = () -> Connecting.NONE;

    /** @param nanoTime the monotonic clock, {@code System::nanoTime} outside of tests */
    public UplinkLedger(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The line of one identity; the figures of an earlier one are gone. */
    public Line begin(DeviceId device) {
        var line = new Line(device);
        lines.put(device, line);
        return line;
    }

    /** Nobody speaks under any identity: the gateway is about to under another assignment. */
    public void clear() {
        lines.clear();
    }

    /** From where {@link #connecting} comes from now on. */
    public void follow(Supplier<Connecting> source) {
        connecting = source;
    }

    @Override
    public List<Token> tokens() {
        long now = nanoTime.getAsLong();
        return lines.values().stream()
                .map(line -> line.token(now))
                .sorted(Comparator.comparing(token -> token.device().text()))
                .toList();
    }

    @Override
    public Asked asked() {
        return new Asked(obtained.get(), failures.get());
    }

    @Override
    public Connecting connecting() {
        return connecting.get();
    }

    /** Written by the one who renews the token. Times are those of the monotonic clock, in nanoseconds. */
    public final class Line implements AutoCloseable {
        private final DeviceId device;
        private @Nullable Instant obtained;
        private long due;
        private long end;
        private long renewals;
        private long failures;
        private String reason = "";

        private Line(DeviceId device) {
            this.device = device;
        }

        synchronized void obtained(Instant when, long renewedAt, long over) {
            obtained = when;
            due = renewedAt;
            end = over;
            renewals++;
            UplinkLedger.this.obtained.incrementAndGet();
            reason = "";
        }

        synchronized void due(long renewedAt) {
            due = renewedAt;
        }

        synchronized void failed(String why) {
            failures++;
            UplinkLedger.this.failures.incrementAndGet();
            reason = why;
        }

        /** The token is held no more. */
        synchronized void forgotten() {
            obtained = null;
        }

        /** Nobody speaks under this identity any more. */
        @Override
        public void close() {
            lines.remove(device, this);
        }

        private synchronized Token token(long now) {
            Optional<Instant> since = Optional.ofNullable(obtained);
            return new Token(
                    device,
                    since,
                    since.map(_ -> Duration.ofNanos(due - now)),
                    since.map(_ -> Duration.ofNanos(end - now)),
                    renewals,
                    failures,
                    reason);
        }
    }
}
