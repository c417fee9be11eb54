// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.gateway.gpio.FuseFiles.Device;
import io.postern.gateway.gpio.FuseFiles.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A GPIO chip with eight lines as {@code /dev/gpiochipN} is one, by the rules of {@code linux/gpio.h}: a request takes a
 * line, gives a descriptor with a buffer of events, and numbers the edges of each line. Levels set by the test are those of
 * the wire.
 */
final class FuseChip {
    static final int LINES = 8;

    private static final int EBUSY = 16;
    private static final int ENODEV = 19;
    private static final int EINVAL = 22;
    private static final int POLLIN = 1;
    private static final int GONE = 0x8 | 0x10; // POLLERR, POLLHUP
    private static final long ACTIVE_LOW = 1 << 1;
    private static final long OUTPUT = 1 << 3;
    private static final long RISING = 1 << 4;
    private static final long FALLING = 1 << 5;

    private final FuseFiles files;
    private final String name;
    private final String label;
    private final boolean debounces;
    private final Map<Integer, Line> taken = new ConcurrentHashMap<>();
    private final boolean[] wire = new boolean[LINES];
    private final AtomicInteger grants = new AtomicInteger();
    private volatile boolean gone;

    /** @param debounces whether the kernel takes the attribute; else it says EINVAL */
    FuseChip(FuseFiles files, String name, String label, boolean debounces) {
        this.files = files;
        this.name = name;
        this.label = label;
        this.debounces = debounces;
        files.put(name, () -> new Chip());
    }

    /** Sets a line of the wire; told to who has requested it. */
    synchronized void set(int line, boolean high) {
        if (wire[line] != high) {
            wire[line] = high;
            Line holder = taken.get(line);
            if (holder != null) {
                holder.edge(high, System.nanoTime());
            }
        }
    }

    synchronized boolean wire(int line) {
        return wire[line];
    }

    boolean isTaken(int line) {
        return taken.containsKey(line);
    }

    /** Pulls the chip: everything on it fails from now on. */
    void pull() {
        gone = true;
        files.remove(name);
        taken.values().forEach(Line::wake);
        taken.clear();
    }

    private void check() throws Refusal {
        if (gone) {
            throw new Refusal(ENODEV);
        }
    }

    private static ByteBuffer octets(byte[] of) {
        return ByteBuffer.wrap(of.clone()).order(ByteOrder.nativeOrder());
    }

    /** The chip's own descriptor. */
    private final class Chip implements Device {
        @Override
        public byte[] ioctl(int command, byte[] argument, long address) throws Refusal {
            check();
            return switch (command) {
                case 0x8044B401 -> {
                    ByteBuffer info = ByteBuffer.allocate(68).order(ByteOrder.nativeOrder());
                    info.put(0, name.getBytes(StandardCharsets.US_ASCII));
                    info.put(32, label.getBytes(StandardCharsets.US_ASCII));
                    yield info.putInt(64, LINES).array();
                }
                case 0xC100B405 -> {
                    ByteBuffer info = octets(argument);
                    info.put(0, (label + "-" + info.getInt(64)).getBytes(StandardCharsets.US_ASCII));
                    yield info.array();
                }
                case 0xC250B407 -> request(octets(argument));
                default -> throw new Refusal(25);
            };
        }

        private byte[] request(ByteBuffer request) throws Refusal {
            int line = request.getInt(0);
            if (request.getInt(560) != 1 || line >= LINES) {
                throw new Refusal(EINVAL);
            }
            if (request.getInt(296) == 1 && request.getInt(320) == 3 && !debounces) {
                throw new Refusal(EINVAL);
            }
            String file = name + "-line-" + grants.incrementAndGet();
            var held = new Line(line, request);
            if (taken.putIfAbsent(line, held) != null) {
                throw new Refusal(EBUSY);
            }
            files.put(file, () -> held);
            try {
                request.putInt(588, Libc.open(files.directory().resolve(file).toString()));
            } catch (IOException e) {
                throw new Refusal(ENODEV);
            }
            files.remove(file);
            return request.array();
        }
    }

    /** A requested line's descriptor. */
    private final class Line implements Device {
        private final int line;
        private final long flags;
        private final int room;
        private final Deque<byte[]> events = new ArrayDeque<>();
        private Runnable waiting = () -> {};
        private int number;

        Line(int line, ByteBuffer request) {
            this.line = line;
            this.flags = request.getLong(288);
            this.room = request.getInt(564);
            if ((flags & OUTPUT) != 0) {
                boolean active = request.getInt(296) == 1 && request.getInt(320) == 2 && request.getLong(328) == 1;
                wire[line] = active != low();
            }
        }

        private boolean low() {
            return (flags & ACTIVE_LOW) != 0;
        }

        /** As the kernel: every edge has a number, and the oldest goes when the buffer is full. */
        private void edge(boolean high, long at) {
            boolean rising = high != low();
            if ((flags & (rising ? RISING : FALLING)) == 0) {
                return;
            }
            synchronized (this) {
                if (events.size() == room) {
                    events.removeFirst();
                }
                number++;
                events.addLast(ByteBuffer.allocate(48)
                        .order(ByteOrder.nativeOrder())
                        .putLong(at)
                        .putInt(rising ? 1 : 2)
                        .putInt(line)
                        .putInt(number)
                        .putInt(number)
                        .array());
            }
            wake();
        }

        void wake() {
            Runnable now;
            synchronized (this) {
                now = waiting;
                waiting = () -> {};
            }
            now.run();
        }

        @Override
        public byte[] ioctl(int command, byte[] argument, long address) throws Refusal {
            check();
            ByteBuffer values = octets(argument);
            synchronized (FuseChip.this) {
                switch (command) {
                    case 0xC010B40E -> values.putLong(0, wire[line] != low() ? 1 : 0);
                    case 0xC010B40F -> wire[line] = (values.getLong(0) & 1) != 0 != low();
                    default -> throw new Refusal(25);
                }
            }
            return values.array();
        }

        @Override
        public synchronized byte[] read(int size) throws Refusal {
            check();
            ByteBuffer all = ByteBuffer.allocate(Math.min(events.size(), size / 48) * 48);
            while (all.hasRemaining()) {
                all.put(events.removeFirst());
            }
            return all.array();
        }

        @Override
        public synchronized int poll(Runnable wake) {
            waiting = wake;
            return gone ? GONE : events.isEmpty() ? 0 : POLLIN;
        }

        @Override
        public void release() {
            taken.remove(line, this);
        }
    }
}
