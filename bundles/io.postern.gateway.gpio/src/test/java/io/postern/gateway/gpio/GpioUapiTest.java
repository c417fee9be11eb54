// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.gpio.GpioUapi.Edge;
import io.postern.gateway.gpio.GpioUapi.Wish;
import io.postern.sensor.pins.PinMap;
import io.postern.wire.Bytes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against offsets and numbers taken from linux/gpio.h of Linux 6.1 with a C compiler. */
class GpioUapiTest {
    private static final Wish EDGES = new Wish.Input(PinMap.Bias.AS_IS, false, true, true, Duration.ZERO);

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
        assertThat(GpioUapi.SET_VALUES).isEqualTo(0xC010_B40FL); // GPIO_V2_LINE_SET_VALUES_IOCTL, 16 octets
        assertThat(GpioUapi.GET_LINE_INFO).isEqualTo(0xC100_B405L); // GPIO_V2_GET_LINEINFO_IOCTL, 256 octets
        assertThat(GpioUapi.LINE_EVENT.byteSize()).isEqualTo(48);
    }

    @Test
    void anInputWithBothEdgesIsAskedForLikeThis() {
        Bytes request =
                Bytes.of(GpioUapi.lineRequest(arena, 0x1234, "postern", EDGES).toArray(JAVA_BYTE));

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
    void aCounterWithPullUpActiveLowAndDebounceIsAskedForLikeThis() {
        var wish = new Wish.Input(PinMap.Bias.PULL_UP, true, true, false, Duration.ofMillis(5));
        Bytes request = Bytes.of(GpioUapi.lineRequest(arena, 3, "postern", wish).toArray(JAVA_BYTE));

        assertThat(request.slice(288, 296))
                .isEqualTo(Bytes.hex("1601000000000000")); // input, rising, pull-up, active low
        assertThat(request.slice(296, 300)).isEqualTo(Bytes.hex("01000000")); // config.num_attrs
        assertThat(request.slice(320, 324)).isEqualTo(Bytes.hex("03000000")); // attrs[0].attr.id: debounce
        assertThat(request.slice(328, 336)).isEqualTo(Bytes.hex("8813000000000000")); // 5,000 microseconds
        assertThat(request.slice(336, 344)).isEqualTo(Bytes.hex("0100000000000000")); // attrs[0].mask
        assertThat(zeros(request, 344, 560)).isTrue();
    }

    @Test
    void anOutputIsAskedForWithWhatItShowsFirst() {
        var wish = new Wish.Output(PinMap.Bias.AS_IS, false, true);
        Bytes request = Bytes.of(GpioUapi.lineRequest(arena, 3, "postern", wish).toArray(JAVA_BYTE));

        assertThat(request.slice(288, 296)).isEqualTo(Bytes.hex("0800000000000000")); // output
        assertThat(request.slice(320, 324)).isEqualTo(Bytes.hex("02000000")); // attrs[0].attr.id: output values
        assertThat(request.slice(328, 336)).isEqualTo(Bytes.hex("0100000000000000"));
    }

    @Test
    void theGrantedDescriptorIsTheLastField() {
        MemorySegment request = GpioUapi.lineRequest(arena, 0, "x", EDGES);
        request.set(JAVA_BYTE, 588, (byte) 42);

        assertThat(GpioUapi.granted(request)).isEqualTo(42);
    }

    @Test
    void anEventIsReadWithItsDirectionAndNumber() {
        assertThat(GpioUapi.edge(event(1, 7), 0)).isEqualTo(new Edge(true, 7, Events.AT));
        assertThat(GpioUapi.edge(event(2, 8), 0)).isEqualTo(new Edge(false, 8, Events.AT));
    }

    @Test
    void aConsumerThatDoesNotFitIsTheCallersMistake() {
        assertThatThrownBy(() -> GpioUapi.lineRequest(arena, 0, "x".repeat(32), EDGES))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private MemorySegment event(int id, int number) {
        return arena.allocate(48, 8).copyFrom(MemorySegment.ofArray(Events.event(id, number)));
    }

    private static boolean zeros(Bytes octets, int from, int to) {
        return octets.slice(from, to).equals(Bytes.of(new byte[to - from]));
    }
}
