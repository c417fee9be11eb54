// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.DeviceId;
import io.postern.wire.Slot;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlotPlanTest {
    private final AtomicLong identities = new AtomicLong();
    private final AtomicLong counts = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final SlotPlan plan = new SlotPlan(
            100,
            () -> {
                counts.incrementAndGet();
                return identities.get();
            },
            nanos::get);

    @Test
    void whoFitsIntoOneSecondNeedsNoPlace() {
        identities.set(80);
        assertThat(plan.of(DeviceId.of("meter-1"))).isEmpty();
        assertThat(new SlotPlan(0, () -> 1_000_000, nanos::get).of(DeviceId.of("meter-1")))
                .isEmpty();
    }

    @Test
    void noSecondIsHitByMoreThanTheHubTakes() {
        identities.set(11_000);
        int[] hits = new int[138];
        for (int gateway = 0; gateway < 1000; gateway++) {
            for (int meter = 0; meter < 10; meter++) {
                Slot slot = plan.of(DeviceId.of("gw-" + gateway + "-meter-" + meter))
                        .orElseThrow();
                assertThat(slot.of()).isEqualTo(138);
                assertThat(slot.width()).isEqualTo(Duration.ofSeconds(1));
                hits[slot.index()]++;
            }
        }
        assertThat(IntStream.of(hits)).allMatch(count -> count > 30 && count <= 110);
    }

    @Test
    void aLeafKeepsItsPlaceAndTheLeavesAreCountedOnceAMinute() {
        identities.set(1000);
        Optional<Slot> first = plan.of(DeviceId.of("meter-1"));
        assertThat(plan.of(DeviceId.of("meter-1"))).isEqualTo(first).isPresent();
        assertThat(counts).hasValue(1);
        identities.set(2000);
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(plan.of(DeviceId.of("meter-1")).orElseThrow().of()).isEqualTo(25);
    }

    @Test
    void howeverManyThereAreNobodyWaitsLongerThanTenMinutes() {
        identities.set(10_000_000);
        assertThat(plan.of(DeviceId.of("meter-1")).orElseThrow().of()).isEqualTo(600);
    }
}
