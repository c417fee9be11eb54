// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

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

    static final long GET_CHIP_INFO = ior(0x01, CHIP_INFO);
    static final long GET_LINE = iowr(0x07, LINE_REQUEST);
    static final long GET_VALUES = iowr(0x0E, LINE_VALUES);

    private static final long FLAG_INPUT = 1 << 2;
    private static final long FLAG_EDGE_RISING = 1 << 4;
    private static final long FLAG_EDGE_FALLING = 1 << 5;
    private static final int RISING_EDGE = 1;
    private static final int MOST_BUFFERED_EVENTS = 256; // 16 is the kernel's default, a bouncing contact makes more
    private static final int CONSUMER_LENGTH = 31; // and a zero

    /** One edge: the kernel numbers the edges of a line from 1, so a gap shows what its buffer lost. */
    record Edge(boolean rising, int number) {}

    private GpioUapi() {}

    /** struct gpio_v2_line_request for one input whose every edge is told. */
    static MemorySegment lineRequest(SegmentAllocator allocator, int line, String consumer) {
        if (consumer.length() > CONSUMER_LENGTH) {
            throw new IllegalArgumentException("a consumer has at most " + CONSUMER_LENGTH + " characters");
        }
        MemorySegment request = allocator.allocate(LINE_REQUEST);
        request.set(JAVA_INT, offset(LINE_REQUEST, "offsets"), line);
        request.setString(offset(LINE_REQUEST, "consumer"), consumer);
        request.set(JAVA_LONG, offset(LINE_REQUEST, "config"), FLAG_INPUT | FLAG_EDGE_RISING | FLAG_EDGE_FALLING);
        request.set(JAVA_INT, offset(LINE_REQUEST, "num_lines"), 1);
        request.set(JAVA_INT, offset(LINE_REQUEST, "event_buffer_size"), MOST_BUFFERED_EVENTS);
        return request;
    }

    /** The descriptor of the line that the kernel has put into a granted request. */
    static int granted(MemorySegment request) {
        return request.get(JAVA_INT, offset(LINE_REQUEST, "fd"));
    }

    static Edge edge(MemorySegment event) {
        return new Edge(
                event.get(JAVA_INT, offset(LINE_EVENT, "id")) == RISING_EDGE,
                event.get(JAVA_INT, offset(LINE_EVENT, "line_seqno")));
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
