// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.postern.sensor.pins.PinMap;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.time.Duration;

/**
 * The structures of the GPIO character device, version 2, as {@code linux/gpio.h} lays them out (since Linux 5.10). Every
 * field has its natural alignment and the kernel wants all padding zero, so one layout serves all architectures.
 */
final class GpioUapi {
    static final StructLayout CHIP_INFO = structLayout(
            sequenceLayout(32, JAVA_BYTE).withName("name"),
            sequenceLayout(32, JAVA_BYTE).withName("label"),
            JAVA_INT.withName("lines"));

    private static final StructLayout LINE_CONFIG_ATTRIBUTE =
            structLayout(JAVA_INT.withName("id"), JAVA_INT, JAVA_LONG.withName("value"), JAVA_LONG.withName("mask"));

    private static final StructLayout LINE_CONFIG = structLayout(
            JAVA_LONG.withName("flags"),
            JAVA_INT.withName("num_attrs"),
            sequenceLayout(5, JAVA_INT),
            sequenceLayout(10, LINE_CONFIG_ATTRIBUTE).withName("attrs"));

    static final StructLayout LINE_REQUEST = structLayout(
            sequenceLayout(64, JAVA_INT).withName("offsets"),
            sequenceLayout(32, JAVA_BYTE).withName("consumer"),
            LINE_CONFIG.withName("config"),
            JAVA_INT.withName("num_lines"),
            JAVA_INT.withName("event_buffer_size"),
            sequenceLayout(5, JAVA_INT),
            JAVA_INT.withName("fd"));

    static final StructLayout LINE_VALUES = structLayout(JAVA_LONG.withName("bits"), JAVA_LONG.withName("mask"));

    static final StructLayout LINE_EVENT = structLayout(
            JAVA_LONG.withName("timestamp_ns"),
            JAVA_INT.withName("id"),
            JAVA_INT.withName("offset"),
            JAVA_INT.withName("seqno"),
            JAVA_INT.withName("line_seqno"),
            sequenceLayout(6, JAVA_INT));

    static final StructLayout LINE_INFO = structLayout(
            sequenceLayout(32, JAVA_BYTE).withName("name"),
            sequenceLayout(32, JAVA_BYTE).withName("consumer"),
            JAVA_INT.withName("offset"),
            JAVA_INT,
            JAVA_LONG.withName("flags"),
            sequenceLayout(20, JAVA_LONG),
            sequenceLayout(4, JAVA_INT));

    static final long GET_CHIP_INFO = ior(0x01, CHIP_INFO);
    static final long GET_LINE_INFO = iowr(0x05, LINE_INFO);
    static final long GET_LINE = iowr(0x07, LINE_REQUEST);
    static final long GET_VALUES = iowr(0x0E, LINE_VALUES);
    static final long SET_VALUES = iowr(0x0F, LINE_VALUES);

    private static final long FLAG_ACTIVE_LOW = 1 << 1;
    private static final long FLAG_INPUT = 1 << 2;
    private static final long FLAG_OUTPUT = 1 << 3;
    private static final long FLAG_EDGE_RISING = 1 << 4;
    private static final long FLAG_EDGE_FALLING = 1 << 5;
    private static final long FLAG_BIAS_PULL_UP = 1 << 8;
    private static final long FLAG_BIAS_PULL_DOWN = 1 << 9;
    private static final long FLAG_BIAS_DISABLED = 1 << 10;
    private static final int ATTRIBUTE_OUTPUT_VALUES = 2;
    private static final int ATTRIBUTE_DEBOUNCE = 3; // microseconds, in the first four octets of the value
    private static final int RISING_EDGE = 1;
    private static final int MOST_BUFFERED_EVENTS = 256; // 16 is the kernel's default, a bouncing contact makes more
    private static final int CONSUMER_LENGTH = 31; // and a zero

    /**
     * One edge, towards active or not. The kernel numbers the edges of a line from 1, so a gap shows what its buffer lost.
     *
     * @param at nanoseconds of the monotonic clock, which {@link System#nanoTime} reads too
     */
    record Edge(boolean rising, int number, long at) {}

    /** What is asked of a line. */
    sealed interface Wish {
        PinMap.Bias bias();

        boolean activeLow();

        /** @param debounce zero for none, else by the kernel */
        record Input(PinMap.Bias bias, boolean activeLow, boolean rising, boolean falling, Duration debounce)
                implements Wish {}

        /** @param first what it shows from the first moment on */
        record Output(PinMap.Bias bias, boolean activeLow, boolean first) implements Wish {}
    }

    private GpioUapi() {}

    /** struct gpio_v2_line_request for one line. */
    static MemorySegment lineRequest(SegmentAllocator allocator, int line, String consumer, Wish wish) {
        if (consumer.length() > CONSUMER_LENGTH) {
            throw new IllegalArgumentException("a consumer has at most " + CONSUMER_LENGTH + " characters");
        }
        MemorySegment request = allocator.allocate(LINE_REQUEST);
        request.set(JAVA_INT, offset(LINE_REQUEST, "offsets"), line);
        request.setString(offset(LINE_REQUEST, "consumer"), consumer);
        request.set(JAVA_LONG, offset(LINE_REQUEST, "config"), flags(wish));
        switch (wish) {
            case Wish.Input input
            when input.debounce().isPositive() ->
                attribute(request, ATTRIBUTE_DEBOUNCE, input.debounce().toNanos() / 1_000);
            case Wish.Input _ -> {}
            case Wish.Output output -> attribute(request, ATTRIBUTE_OUTPUT_VALUES, output.first() ? 1 : 0);
        }
        request.set(JAVA_INT, offset(LINE_REQUEST, "num_lines"), 1);
        request.set(JAVA_INT, offset(LINE_REQUEST, "event_buffer_size"), MOST_BUFFERED_EVENTS);
        return request;
    }

    private static long flags(Wish wish) {
        long direction =
                switch (wish) {
                    case Wish.Input input ->
                        FLAG_INPUT
                                | (input.rising() ? FLAG_EDGE_RISING : 0)
                                | (input.falling() ? FLAG_EDGE_FALLING : 0);
                    case Wish.Output _ -> FLAG_OUTPUT;
                };
        long bias =
                switch (wish.bias()) {
                    case AS_IS -> 0;
                    case PULL_UP -> FLAG_BIAS_PULL_UP;
                    case PULL_DOWN -> FLAG_BIAS_PULL_DOWN;
                    case DISABLED -> FLAG_BIAS_DISABLED;
                };
        return direction | bias | (wish.activeLow() ? FLAG_ACTIVE_LOW : 0);
    }

    /** The one attribute of a request, for its one line. A number fits the low half of the value: all boards are little-endian. */
    private static void attribute(MemorySegment request, int id, long value) {
        long config = offset(LINE_REQUEST, "config");
        long at = config + offset(LINE_CONFIG, "attrs");
        request.set(JAVA_INT, config + offset(LINE_CONFIG, "num_attrs"), 1);
        request.set(JAVA_INT, at + offset(LINE_CONFIG_ATTRIBUTE, "id"), id);
        request.set(JAVA_LONG, at + offset(LINE_CONFIG_ATTRIBUTE, "value"), value);
        request.set(JAVA_LONG, at + offset(LINE_CONFIG_ATTRIBUTE, "mask"), 1);
    }

    /** The descriptor of the line that the kernel has put into a granted request. */
    static int granted(MemorySegment request) {
        return request.get(JAVA_INT, offset(LINE_REQUEST, "fd"));
    }

    /** The edge that lies {@code from} octets into {@code events}. */
    static Edge edge(MemorySegment events, long from) {
        return new Edge(
                events.get(JAVA_INT, from + offset(LINE_EVENT, "id")) == RISING_EDGE,
                events.get(JAVA_INT, from + offset(LINE_EVENT, "line_seqno")),
                events.get(JAVA_LONG, from + offset(LINE_EVENT, "timestamp_ns")));
    }

    static long offset(StructLayout struct, String field) {
        return struct.byteOffset(groupElement(field));
    }

    // asm-generic/ioctl.h: direction, size, type 0xB4, number
    private static long ior(int number, MemoryLayout argument) {
        return 2L << 30 | argument.byteSize() << 16 | 0xB4 << 8 | number;
    }

    private static long iowr(int number, MemoryLayout argument) {
        return 3L << 30 | argument.byteSize() << 16 | 0xB4 << 8 | number;
    }
}
