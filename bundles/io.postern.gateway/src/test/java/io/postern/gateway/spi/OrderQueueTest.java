// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.Await;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderQueueTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final OrderQueue queue = new OrderQueue();
    private final List<Long> taken = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger woken = new AtomicInteger();

    @Test
    void whoeverSleepsIsWokenOnceByTheFirstThatComes() throws Exception {
        assertThat(queue.wakeWithNext(woken::incrementAndGet)).isTrue();
        assertThat(woken).hasValue(0);
        offer(1);
        offer(2);
        assertThat(woken).hasValue(1);
        assertThat(queue.wakeWithNext(woken::incrementAndGet))
                .as("something waits")
                .isFalse();
        assertThat(queue.next(Duration.ZERO)).isPresent();
        assertThat(queue.next(Duration.ZERO)).isPresent();
        assertThat(queue.wakeWithNext(woken::incrementAndGet)).isTrue();
        assertThat(woken).hasValue(1);
    }

    @Test
    void whoeverSleepsIsWokenByALossAndAnInterruption() {
        queue.wakeWithNext(woken::incrementAndGet);
        queue.interrupted(new IOException("the link is gone"));
        assertThat(woken).hasValue(1);
        assertThatThrownBy(() -> queue.next(Duration.ZERO)).hasMessageContaining("the link is gone");
        queue.wakeWithNext(woken::incrementAndGet);
        queue.lost(new IOException("the hub is gone"));
        assertThat(woken).hasValue(2);
        assertThatThrownBy(() -> queue.next(Duration.ZERO)).hasMessageContaining("the hub is gone");
        assertThat(queue.wakeWithNext(woken::incrementAndGet)).isFalse();
    }

    @Test
    void nothingIsSleptThroughHoweverCloselyItComes() {
        int all = 20_000;
        drain();
        Thread.startVirtualThread(() -> IntStream.range(0, all).forEach(this::offer));
        Await.until(LONG, "all to be taken", () -> taken.size() == all);
        assertThat(taken).isSorted();
    }

    private void offer(long version) {
        queue.offerCommand(1, () -> new HubOrder.Desired(version, JsonValue.EMPTY_JSON_OBJECT));
    }

    /** Takes what is there, then sleeps. */
    private void drain() {
        try {
            do {
                queue.next(Duration.ZERO)
                        .map(HubOrder.Desired.class::cast)
                        .ifPresent(order -> taken.add(order.version()));
            } while (!queue.wakeWithNext(() -> Thread.startVirtualThread(this::drain)));
        } catch (IOException | InterruptedException e) {
            taken.clear();
        }
    }
}
