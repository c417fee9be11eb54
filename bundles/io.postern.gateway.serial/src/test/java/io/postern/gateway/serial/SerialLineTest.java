// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.LineReport;
import io.postern.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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
            line.schedule("mute", OFTEN, channel -> {
                throw new IOException("no answer");
            });
            line.schedule("broken", OFTEN, channel -> {
                throw new IllegalStateException("a broken driver");
            });
            line.schedule("half", OFTEN, channel -> {
                throw new NoClassDefFoundError("a half updated bundle");
            });
            line.schedule("tired", OFTEN, channel -> {
                throw new InterruptedException("a task that gives up");
            });
            line.schedule("rude", OFTEN, channel -> Thread.currentThread().interrupt());
            line.schedule("good", OFTEN, channel -> good.incrementAndGet());

            Await.until(SOON, "the good task to run ten times", () -> good.get() >= 10);
            LineReport report = line.report();
            assertThat(report.all().failed())
                    .isGreaterThanOrEqualTo(4 * 3)
                    .isLessThan(report.all().runs());
            assertThat(report.reopened()).isZero();
            assertThat(report.leaves())
                    .extracting(LineReport.Leaf::name)
                    .containsExactly("mute", "broken", "half", "tired", "rude", "good");
            assertThat(report.leaves().getLast().counts().failed()).isZero();
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
            assertThat(line.report().all().failed()).isEqualTo(1);
            assertThat(line.report().reopened()).isEqualTo(1);
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

    @Test
    void anErrandIsDoneWithItsResultOrItsOwnException() throws Exception {
        try (SerialLine line = start(settings -> new FakePort())) {
            assertThat(line.<String>once("x", SOON, channel -> "done")).isEqualTo("done");
            assertThatThrownBy(() -> line.once("x", SOON, channel -> {
                        throw new AnsweredException("illegal data address");
                    }))
                    .isExactlyInstanceOf(AnsweredException.class)
                    .hasMessage("illegal data address");
            assertThatThrownBy(() -> line.once("x", SOON, channel -> {
                        throw new IllegalArgumentException("voltage: cannot be written");
                    }))
                    .isExactlyInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void errandsGoAheadOfWhatIsDueButLetItHaveEverySecondTurn() throws Exception {
        try (SerialLine line = start(settings -> new FakePort())) {
            var begun = new CountDownLatch(1);
            var go = new CountDownLatch(1);
            List<String> order = new CopyOnWriteArrayList<>();
            line.schedule("first", Duration.ofDays(1), channel -> {
                begun.countDown();
                go.await();
            });
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 4; i++) {
                line.schedule("poll" + i, Duration.ofDays(1), channel -> order.add("poll"));
            }
            List<Thread> askers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                askers.add(Thread.ofVirtual().start(() -> ask(line, order)));
            }
            Await.until(SOON, "three errands to wait", () -> askers.stream()
                    .allMatch(asker -> asker.getState() == Thread.State.TIMED_WAITING));
            go.countDown();

            Await.until(SOON, "all seven", () -> order.size() == 7);
            assertThat(order).containsExactly("errand", "poll", "errand", "poll", "errand", "poll", "poll");
        }
    }

    private static void ask(Line line, List<String> order) {
        try {
            line.once("x", SOON, channel -> order.add("errand"));
        } catch (IOException | InterruptedException e) {
            order.add(e.toString());
        }
    }

    @Test
    void anErrandWhoseTurnDoesNotComeIsTakenBackAndSaysWhatTheLineIsDoing() throws Exception {
        var done = new AtomicBoolean();
        try (SerialLine line = start(settings -> {
            throw new IOException("there is no /dev/fake");
        })) {
            assertThatThrownBy(() -> line.once("a write", Duration.ofMillis(50), channel -> {
                        done.set(true);
                        return 1;
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("waiting for its port: there is no /dev/fake")
                    .hasMessageContaining("no turn for a write within 50 ms");
        }
        assertThat(done).isFalse();
    }

    @Test
    void anErrandOfATaskOnItsOwnLineIsRefusedInsteadOfWaitingForEver() {
        try (SerialLine line = start(settings -> new FakePort())) {
            var refused = new AtomicBoolean();
            line.schedule("x", OFTEN, channel -> {
                try {
                    line.once("y", SOON, _ -> 1);
                } catch (IllegalStateException e) {
                    refused.set(true);
                }
            });

            Await.until(SOON, "the refusal", refused::get);
        }
    }

    @Test
    void closingTheLineTellsWhoWaitsForATurn() throws Exception {
        SerialLine line = start(settings -> {
            throw new IOException("none");
        });
        var why = new CompletableFuture<String>();
        Thread asker = Thread.ofVirtual().start(() -> {
            try {
                line.once("x", Duration.ofHours(1), _ -> 1);
            } catch (IOException | InterruptedException e) {
                why.complete(String.valueOf(e.getMessage()));
            }
        });
        Await.until(SOON, "the errand to wait", () -> asker.getState() == Thread.State.TIMED_WAITING);
        line.close();

        assertThat(why.get(10, TimeUnit.SECONDS)).contains("line test was closed");
        assertThatThrownBy(() -> line.once("x", SOON, _ -> 1)).hasMessageContaining("is closed");
    }

    @Test
    void closingEndsTheLineThoughATaskKeepsTheInterruptToItself() throws Exception {
        var closed = new CountDownLatch(1);
        var started = new CountDownLatch(1);
        SerialLine line = start(settings -> new PortThatTellsItsEnd(closed));
        line.schedule("deaf", OFTEN, channel -> {
            started.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new IOException("broken off", e);
            }
        });
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();

        line.close();

        assertThat(closed.getCount()).isZero();
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
