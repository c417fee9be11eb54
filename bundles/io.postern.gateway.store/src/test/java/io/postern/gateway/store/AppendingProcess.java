// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;

/** A process that appends without end, four leaves at once, and prints "leaf sequence" after each append returned. */
final class AppendingProcess {
    private static final int LEAVES = 4;

    private AppendingProcess() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        JournalStore store =
                JournalStore.open(StoreSettings.of(Path.of(arguments[0]), 64 << 20), InstantSource.system());
        JournalOutbox outbox = store.outbox();
        for (int i = 1; i <= LEAVES; i++) {
            DeviceId leaf = DeviceId.of("leaf-" + i);
            Thread.ofPlatform().start(() -> appendForever(outbox, leaf));
        }
        Thread.currentThread().join();
    }

    private static void appendForever(JournalOutbox outbox, DeviceId leaf) {
        try {
            while (true) {
                long sequence = outbox.append(
                                leaf, Priority.MEASUREMENT, Stamp.confirmed(Instant.now()), Bytes.utf8("{\"n\":1}"))
                        .sequence();
                synchronized (System.out) {
                    System.out.println(leaf + " " + sequence);
                    System.out.flush();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
