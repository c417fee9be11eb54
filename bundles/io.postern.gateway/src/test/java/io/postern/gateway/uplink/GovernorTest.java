// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.spi.ThrottledException;
import io.postern.testkit.Await;
import io.postern.wire.DeviceId;
import io.postern.wire.ReturnWindow;
import io.postern.wire.Slot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real threads in real time, which wait a second at most. */
class GovernorTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Governor governor = new Governor(new Admission.Limits(2, 12_000), System::nanoTime, new Random(7));
    private final List<DeviceId> leaves =
            IntStream.range(0, 20).mapToObj(n -> DeviceId.of("leaf-" + n)).toList();
    private final AtomicInteger within = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();

    @AfterEach
    void end() throws InterruptedException {
        for (Thread thread : threads) {
            thread.interrupt();
            thread.join();
        }
    }

    @Test
    void whoWaitsForRoomIsWokenByWhoHasDone() {
        leaves.forEach(leaf -> begin(() -> governor.await(leaf)));
        Await.until(
                LONG,
                "two within, the others waiting",
                () -> within.get() == 2 && governor.report().waiting() == 18);
        while (within.get() < 20) {
            int before = within.get();
            leaves.forEach(governor::left);
            Await.until(LONG, "another to be within", () -> within.get() > before);
            assertThat(governor.report().opening()).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void afterAnOutageTheScoutBringsTheOthers() throws InterruptedException {
        returnOfAll();
        assertThat(governor.report().isAway()).isFalse();
        assertThat(governor.report().waiting()).isZero();
    }

    @Test
    void theCloudSideIsAskedWhenAllAreLostAndWhatItSaysWakesWhoWaits() throws InterruptedException {
        var asked = new AtomicInteger();
        governor.advisedBy(() -> {
            asked.incrementAndGet();
            return Optional.of(new ReturnWindow(Duration.ZERO, Duration.ZERO));
        });
        returnOfAll();
        assertThat(asked).as("what it said counts for the return as well").hasValue(1);
    }

    @Test
    void aCloudSideThatDoesNotAnswerIsAskedAgainWhenTheWayIsBackAndNobodyWaitsForIt() throws InterruptedException {
        var asked = new AtomicInteger();
        governor.advisedBy(() -> {
            asked.incrementAndGet();
            throw new IOException("nobody answers");
        });
        leaves.forEach(leaf -> governor.place(leaf, Optional.of(new Slot(0, 2, Duration.ofMillis(500)))));
        returnOfAll();
        Await.until(LONG, "the second question", () -> asked.get() == 2);
    }

    private void returnOfAll() throws InterruptedException {
        for (DeviceId leaf : leaves) {
            governor.await(leaf);
            governor.opened(leaf);
        }
        leaves.forEach(governor::lost);
        assertThat(governor.report().isAway()).isTrue();
        leaves.forEach(leaf -> begin(() -> {
            governor.await(leaf);
            governor.opened(leaf);
        }));
        Await.until(LONG, "all to be back", () -> governor.report().live() == 20);
    }

    @Test
    void whoDoesNotWaitIsToldHowLong() {
        assertThat(governor.tryNow(leaves.get(0))).isEmpty();
        governor.failed(leaves.get(0), new ThrottledException("busy", Optional.of(Duration.ofSeconds(30))));
        assertThat(governor.tryNow(leaves.get(1)).orElseThrow()).isGreaterThan(Duration.ofSeconds(29));
        assertThat(governor.report().throttled()).isEqualTo(1);
    }

    @Test
    void whoIsInterruptedWaitsNoMore() throws InterruptedException {
        governor.tryNow(leaves.get(0));
        governor.tryNow(leaves.get(1));
        begin(() -> governor.await(leaves.get(2)));
        Await.until(LONG, "the third to wait", () -> governor.report().waiting() == 1);
        end();
        assertThat(governor.report().waiting()).isZero();
        governor.failed(leaves.get(0), new IOException("nobody answers"));
        assertThat(governor.tryNow(leaves.get(3))).isEmpty();
    }

    private void begin(Step step) {
        threads.add(Thread.startVirtualThread(() -> {
            try {
                step.run();
                within.incrementAndGet();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the test has ended
            }
        }));
    }

    private interface Step {
        void run() throws InterruptedException;
    }
}
