// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.MovableClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalWriterTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int QUEUE = 4096;

    @TempDir
    Path directory;

    @Test
    void whoHandsInWhileTheStoreClosesIsAnswered() throws Exception {
        Journal journal = JournalStore.recover(
                new DiskFiles(directory),
                new JournalStore.Shape(512 << 10, 6, DropRules.DEFAULT),
                MovableClock.at("2026-03-01T08:00:00Z"),
                System::nanoTime);
        var writer = new JournalWriter(journal, Duration.ZERO, directory.toString());
        List<Thread> late = new ArrayList<>();
        Thread closing;
        var over = new AtomicBoolean();
        journal.index.lock.lock(); // the writer stands still
        try {
            writer.offer(new Change.Wake());
            Await.until(SOON, "writer and watch to stand still", () -> journal.index.lock.getQueueLength() == 2);
            for (int n = 1; n < QUEUE; n++) {
                writer.offer(new Change.Wake());
            }
            for (int n = 0; n < 3; n++) { // there may be room for one
                late.add(Thread.ofVirtual().start(() -> hand(writer)));
            }
            Await.until(
                    SOON,
                    "two to wait for room in the queue",
                    () -> late.stream()
                                    .filter(each -> each.getState() == Thread.State.TIMED_WAITING)
                                    .count()
                            >= 2);
            closing = Thread.ofPlatform().daemon().start(writer::close);
            Await.until(SOON, "the store to close", writer::isClosing);
            occupyAllCarriers(over); // there is room soon, but they come to it only when the writer has ended
        } finally {
            journal.index.lock.unlock();
        }

        assertThat(closing.join(SOON)).isTrue();
        over.set(true);
        for (Thread each : late) {
            assertThat(each.join(SOON)).isTrue();
        }
    }

    private static void occupyAllCarriers(AtomicBoolean over) throws InterruptedException {
        int carriers = Runtime.getRuntime().availableProcessors();
        var running = new CountDownLatch(carriers);
        for (int n = 0; n < carriers; n++) {
            Thread.ofVirtual().start(() -> {
                running.countDown();
                while (!over.get()) {
                    Thread.onSpinWait();
                }
            });
        }
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void hand(JournalWriter writer) {
        try {
            writer.await(writer.offer(new Change.RemoveFact("none")));
        } catch (IOException e) {
            assertThat(e).hasMessage("the store is closed");
        }
    }
}
