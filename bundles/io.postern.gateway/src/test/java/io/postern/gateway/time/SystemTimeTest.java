// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SystemTimeTest {
    private static final int SYNCHRONISED = 0x2001; // STA_PLL, STA_NANO

    @Test
    void aSynchronisedKernelClaimsItsTimeToTheNanosecond() {
        assertThat(SystemTime.read(0, timex(SYNCHRONISED, 900), 42))
                .contains(new TimeClaim(
                        TimeSource.NTP,
                        "this machine",
                        Instant.parse("2026-11-22T17:30:00.000000123Z"),
                        42,
                        Duration.ofNanos(900_000)));
    }

    @Test
    void microsecondsAreToldFromNanosecondsByTheStatus() {
        assertThat(SystemTime.read(0, timex(1, 900), 42).orElseThrow().time()).isEqualTo("2026-11-22T17:30:00.000123Z");
    }

    @Test
    void aKernelThatDoesNotKnowClaimsNothing() {
        assertThat(SystemTime.read(5, timex(SYNCHRONISED, 900), 42)).isEmpty();
        assertThat(SystemTime.read(0, timex(SYNCHRONISED | 0x40, 900), 42)).isEmpty();
        assertThat(SystemTime.read(-1, timex(SYNCHRONISED, 900), 42)).isEmpty();
        assertThat(SystemTime.read(0, timex(SYNCHRONISED, 16_000_000), 42)).isEmpty();
    }

    @Test
    void theKernelOfThisMachineAnswersInTheShapeThatIsRead() {
        SystemTime.open().claim().ifPresent(claim -> assertThat(
                        Duration.between(claim.time(), Instant.now()).abs())
                .isLessThan(Duration.ofSeconds(5)));
        MemorySegment timex = Arena.ofAuto().allocate(SystemTime.SIZE, 8);
        assertThat(SystemTime.open().look(timex)).isPresent();
        assertThat(Instant.ofEpochSecond(timex.get(JAVA_LONG, 72)))
                .isBetween(Instant.now().minusSeconds(5), Instant.now().plusSeconds(5));
    }

    private static MemorySegment timex(int status, long maximumError) {
        MemorySegment timex = Arena.ofAuto().allocate(208, 8);
        timex.set(JAVA_LONG, 24, maximumError);
        timex.set(JAVA_INT, 40, status);
        timex.set(JAVA_LONG, 72, Instant.parse("2026-11-22T17:30:00Z").getEpochSecond());
        timex.set(JAVA_LONG, 80, 123);
        return timex;
    }
}
