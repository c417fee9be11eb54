// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.box.BoxStatement;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BoxWitnessTest {
    private static final HubName HUB = HubName.of("hub.plant.example");
    private static final DeviceId GATEWAY = DeviceId.of("gw-1");

    private final AtomicLong nanos = new AtomicLong();
    private final SplittableRandom random = new SplittableRandom(1);

    @Test
    void aStartCountsOnceAndTwiceADayAfterThat() throws IOException {
        var facts = new MemoryFacts();
        BoxWitness witness = start(facts);

        BoxStatement first = witness.statement(HUB, GATEWAY);
        nanos.addAndGet(Duration.ofHours(11).toNanos());
        assertThat(witness.statement(HUB, GATEWAY)).isEqualTo(first);
        nanos.addAndGet(Duration.ofHours(2).toNanos());
        BoxStatement second = witness.statement(HUB, GATEWAY);
        BoxStatement afterRestart = start(facts).statement(HUB, GATEWAY);

        assertThat(first).extracting(BoxStatement::counter, BoxStatement::boots).containsExactly(1L, 1L);
        assertThat(second)
                .extracting(BoxStatement::counter, BoxStatement::boots)
                .containsExactly(2L, 1L);
        assertThat(afterRestart)
                .extracting(BoxStatement::counter, BoxStatement::boots)
                .containsExactly(3L, 2L);
        assertThat(second.run()).isEqualTo(first.run());
        assertThat(afterRestart.run()).isNotEqualTo(first.run());
    }

    @Test
    void aCopiedDiskCountsTheSameInAnotherRun() throws IOException {
        var facts = new MemoryFacts();
        start(facts).statement(HUB, GATEWAY);
        MemoryFacts image = facts.copy();

        BoxStatement one = start(facts).statement(HUB, GATEWAY);
        BoxStatement other = start(image).statement(HUB, GATEWAY);

        assertThat(other.counter()).isEqualTo(one.counter());
        assertThat(other.run()).isNotEqualTo(one.run());
    }

    @Test
    void whoIsTakenForACopyKeepsQuietUntilItIsServed() {
        BoxWitness witness = start(new MemoryFacts());
        assertThat(witness.copied()).isEmpty();

        witness.refused("another TPM");
        assertThat(witness.copied()).contains("another TPM");

        witness.served(3);
        assertThat(witness.copied()).isEmpty();
        assertThat(witness.copies()).isEqualTo(3);
    }

    private BoxWitness start(MemoryFacts facts) {
        return new BoxWitness(Optional.empty(), facts, random, nanos::get);
    }
}
