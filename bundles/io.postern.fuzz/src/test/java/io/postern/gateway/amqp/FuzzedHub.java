// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Channel;
import io.postern.gateway.spi.Credential;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A hub that says anything at all to a gateway, whose AMQP connection is open to its own package only. */
public final class FuzzedHub {
    private static final HubName HUB = HubName.of("hub.fuzz.test");
    private static final DeviceId METER = DeviceId.of("meter-1");
    private static final SasToken TOKEN = SasToken.sign(
            ResourceUri.device(HUB, METER),
            Instant.parse("2030-01-01T00:00:00Z"),
            Optional.empty(),
            Secret.utf8("key")::hmacSha256);
    private static final Duration SOON = Duration.ofSeconds(2); // the script ends long before

    private FuzzedHub() {}

    /** Whatever a hub says, who waits hears within a bound, and nothing breaks that is not said to be its doing. */
    public static void connection(byte[] octets) {
        var patience = new AmqpPatience(SOON, SOON, SOON, SOON);
        try {
            HubConnection connection =
                    HubConnection.open(new Script(octets), "fuzz", HUB, true, new UUID(1, 2), patience);
            try {
                connection.join(METER, new Credential.Token(TOKEN), Optional.empty());
            } finally {
                connection.close();
            }
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("defect")) {
                throw new AssertionError("a hub's words broke the connection", e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Says its octets in four parts, each when it was told something or after a moment; takes what it is told. */
    private static final class Script implements Channel {
        private static final int PARTS = 4;
        private static final long MOMENT_MS = 5;

        private final InputStream octets;
        private final int part;
        private final Semaphore told = new Semaphore(0);

        Script(byte[] octets) {
            this.octets = new ByteArrayInputStream(octets);
            this.part = Math.max(1, (octets.length + PARTS - 1) / PARTS);
        }

        @Override
        public InputStream in() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    return octets.read();
                }

                @Override
                public int read(byte[] into, int from, int length) throws IOException {
                    try {
                        if (told.tryAcquire(MOMENT_MS, TimeUnit.MILLISECONDS)) {
                            told.drainPermits();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return -1;
                    }
                    return octets.read(into, from, Math.min(length, part));
                }
            };
        }

        @Override
        public OutputStream out() {
            return new OutputStream() {
                @Override
                public void write(int octet) {
                    told.release();
                }

                @Override
                public void write(byte[] from, int offset, int length) {
                    told.release();
                }
            };
        }

        @Override
        public void patience(Duration silence) {}

        @Override
        public void close() {
            told.release();
        }
    }
}
