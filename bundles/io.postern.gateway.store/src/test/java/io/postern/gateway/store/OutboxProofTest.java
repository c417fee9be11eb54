// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Some of what {@code ./postern prove outbox} runs by the ten thousands. */
class OutboxProofTest {
    private static final int SEEDS = 300;

    @Test
    void nothingAcceptedIsLostAndNothingWrongIsServedOnADiskThatFails() {
        for (long seed = 0; seed < SEEDS; seed++) {
            long each = seed;
            assertThatCode(() -> new OutboxProof(each).run()).doesNotThrowAnyException();
        }
    }

    /**
     * 202607: a write failed half-way, and what came next was put where the torn record says that it ends. 405342: the sync
     * of a segment's beginning failed, the segment went on without it. 412982: a start believed what a failed sync had left
     * in the kernel's memory, and used the segment again in which the older word stood.
     */
    @ParameterizedTest
    @ValueSource(longs = {202607, 405342, 412982})
    void whatOnceWasLostIsKept(long seed) {
        assertThatCode(() -> new OutboxProof(seed).run()).doesNotThrowAnyException();
    }
}
