// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.gpio.GpioUapi.Edge;
import io.postern.wire.Bytes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against offsets and numbers taken from linux/gpio.h of Linux 6.1 with a C compiler. */
class GpioUapiTest {
    private final Arena arena = Arena.ofConfined();

    @BeforeEach
    void littleEndianAsAllBoardsAre() {
        Assumptions.assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN);
    }

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    void theRequestsAreTheKernelsOwn() {
        assertThat(GpioUapi.GET_CHIP_INFO).isEqualTo(0x8044_B401L); // GPIO_GET_CHIPINFO_IOCTL, 68 octets
        assertThat(GpioUapi.GET_LINE).isEqualTo(0xC250_B407L); // GPIO_V2_GET_LINE_IOCTL, 592 octets
        assertThat(GpioUapi.GET_VALUES).isEqualTo(0xC010_B40EL); // GPIO_V2_LINE_GET_VALUES_IOCTL, 16 octets
        assertThat(GpioUapi.LINE_EVENT.byteSize()).isEqualTo(48);
    }

    @Test
    void anInputWithBothEdgesIsAskedForLikeThis() {
        Bytes request = Bytes.of(GpioUapi.lineRequest(arena, 0x1234, "postern").toArray(JAVA_BYTE));

        assertThat(request.slice(0, 4)).isEqualTo(Bytes.hex("34120000")); // offsets[0]
        assertThat(request.slice(256, 264)).isEqualTo(Bytes.hex("706f737465726e00")); // consumer
        assertThat(request.slice(288, 296)).isEqualTo(Bytes.hex("3400000000000000")); // config.flags: input, both edges
        assertThat(request.slice(560, 564)).isEqualTo(Bytes.hex("01000000")); // num_lines
        assertThat(request.slice(564, 568)).isEqualTo(Bytes.hex("00010000")); // event_buffer_size 256
        assertThat(zeros(request, 4, 256)).isTrue();
        assertThat(zeros(request, 264, 288)).isTrue();
        assertThat(zeros(request, 296, 560)).isTrue(); // no attributes, all padding zero
        assertThat(zeros(request, 568, 592)).isTrue();
    }

    @Test
    void theGrantedDescriptorIsTheLastField() {
        MemorySegment request = GpioUapi.lineRequest(arena, 0, "x");
        request.set(JAVA_BYTE, 588, (byte) 42);

        assertThat(GpioUapi.granted(request)).isEqualTo(42);
    }

    @Test
    void anEventIsReadWithItsDirectionAndNumber() {
        assertThat(GpioUapi.edge(event(1, 7))).isEqualTo(new Edge(true, 7));
        assertThat(GpioUapi.edge(event(2, 8))).isEqualTo(new Edge(false, 8));
    }

    @Test
    void aConsumerThatDoesNotFitIsTheCallersMistake() {
        assertThatThrownBy(() -> GpioUapi.lineRequest(arena, 0, "x".repeat(32)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private MemorySegment event(int id, int number) {
        return arena.allocate(48, 8).copyFrom(MemorySegment.ofArray(Events.event(id, number)));
    }

    private static boolean zeros(Bytes octets, int from, int to) {
        return octets.slice(from, to).equals(Bytes.of(new byte[to - from]));
    }
}
