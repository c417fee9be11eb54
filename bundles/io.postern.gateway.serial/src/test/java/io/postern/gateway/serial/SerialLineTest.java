// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.gateway.spi.Line;
import io.postern.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SerialLineTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration OFTEN = Duration.ofMillis(1);
    private static final SerialSettings SETTINGS = new SerialSettings(Path.of("/dev/fake"), 19200, 8, Parity.NONE, 1);

    @Test
    void aFailingTaskStopsNoOtherAndIsCounted() {
        try (SerialLine line = start(settings -> new FakePort())) {
            var good = new AtomicInteger();
            line.schedule("x", OFTEN, channel -> {
                throw new IOException("no answer");
            });
            line.schedule("x", OFTEN, channel -> {
                throw new IllegalStateException("a broken driver");
            });
            line.schedule("x", OFTEN, channel -> {
                throw new NoClassDefFoundError("a half updated bundle");
            });
            line.schedule("x", OFTEN, channel -> {
                throw new InterruptedException("a task that gives up");
            });
            line.schedule("x", OFTEN, channel -> Thread.currentThread().interrupt());
            line.schedule("x", OFTEN, channel -> good.incrementAndGet());

            Await.until(SOON, "the good task to run ten times", () -> good.get() >= 10);
            LineStatistics statistics = line.statistics();
            assertThat(statistics.failed()).isGreaterThanOrEqualTo(4 * 5).isLessThan(statistics.run());
            assertThat(statistics.reopened()).isZero();
        }
    }

    @Test
    void tasksNeverRunAtTheSameTime() {
        try (SerialLine line = start(settings -> new FakePort())) {
            var inside = new AtomicInteger();
            var most = new AtomicInteger();
            var runs = new AtomicInteger();
            Line.Task task = channel -> {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                inside.decrementAndGet();
                runs.incrementAndGet();
            };
            for (int i = 0; i < 5; i++) {
                line.schedule("x", OFTEN, task);
            }

            Await.until(SOON, "fifty runs", () -> runs.get() >= 50);
            assertThat(most).hasValue(1);
        }
    }

    @Test
    void closingATaskWaitsUntilItNoLongerRuns() throws Exception {
        try (SerialLine line = start(settings -> new FakePort())) {
            var started = new CountDownLatch(1);
            var mayEnd = new CountDownLatch(1);
            var ended = new AtomicBoolean();
            Line.Scheduled scheduled = line.schedule("x", OFTEN, channel -> {
                started.countDown();
                mayEnd.await();
                ended.set(true);
            });
            assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
            var endedAtClose = new AtomicBoolean();
            Thread closer = Thread.ofVirtual().start(() -> {
                scheduled.close();
                endedAtClose.set(ended.get());
            });
            assertThat(closer.join(Duration.ofMillis(50))).isFalse();
            mayEnd.countDown();

            assertThat(closer.join(SOON)).isTrue();
            assertThat(endedAtClose).isTrue();
        }
    }

    @Test
    void aTaskMayTakeItselfOff() {
        try (SerialLine line = start(settings -> new FakePort())) {
            var self = new java.util.concurrent.CompletableFuture<Line.Scheduled>();
            var runs = new AtomicInteger();
            var other = new AtomicInteger();
            self.complete(line.schedule("x", OFTEN, channel -> {
                runs.incrementAndGet();
                self.join().close();
            }));
            line.schedule("x", OFTEN, channel -> other.incrementAndGet());

            Await.until(SOON, "the other task to go on", () -> other.get() >= 10);
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void aPortThatHangsUpIsClosedAndANewOneIsOpened() {
        var opened = new AtomicInteger();
        var runs = new AtomicInteger();
        Port.Opener opener = settings -> switch (opened.incrementAndGet()) {
            case 1 -> new FakePort().hangsUp(0);
            case 2, 3 -> throw new IOException("not yet back");
            default -> new FakePort();
        };
        try (SerialLine line = start(opener)) {
            line.schedule("x", OFTEN, channel -> {
                channel.write(new byte[] {1});
                runs.incrementAndGet();
            });

            Await.until(SOON, "the task to run on the new port", () -> runs.get() >= 3);
            assertThat(opened).hasValue(4);
            assertThat(line.statistics().failed()).isEqualTo(1);
            assertThat(line.statistics().reopened()).isEqualTo(1);
        }
    }

    @Test
    void aHangUpThatATaskSwallowsIsSeenAllTheSame() {
        var opened = new AtomicInteger();
        Port.Opener opener = settings -> opened.incrementAndGet() == 1 ? new FakePort().hangsUp(0) : new FakePort();
        try (SerialLine line = start(opener)) {
            line.schedule("x", OFTEN, channel -> {
                try {
                    channel.write(new byte[] {1});
                } catch (IOException e) {
                    // a driver that thinks its unit is mute
                }
            });

            Await.until(SOON, "a second port", () -> opened.get() == 2);
        }
    }

    @Test
    void closingTheLineEndsItsThreadAndClosesThePort() throws Exception {
        var closed = new CountDownLatch(1);
        Port.Opener opener = settings -> new PortThatTellsItsEnd(closed);
        SerialLine line = start(opener);
        var waiting = new CountDownLatch(1);
        line.schedule("x", OFTEN, channel -> {
            waiting.countDown();
            channel.read(new byte[1], 0, Duration.ofHours(1));
        });
        assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();

        line.close();
        line.close();

        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static SerialLine start(Port.Opener opener) {
        return SerialLine.start("test", SETTINGS, opener);
    }

    private record PortThatTellsItsEnd(CountDownLatch closed) implements Port {
        @Override
        public int read(byte[] buffer, int offset) {
            return 0;
        }

        @Override
        public void write(byte[] frame) {}

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
