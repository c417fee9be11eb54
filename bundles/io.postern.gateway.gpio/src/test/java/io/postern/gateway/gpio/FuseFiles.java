// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A directory of device files that this process makes up through the kernel's FUSE, so that open, ioctl, poll, read and
 * close are the kernel's own. Each file's calls are answered by an object of the test. Source: {@code linux/fuse.h}, 7.31.
 * Needs {@code /dev/fuse} and the right to mount.
 */
public final class FuseFiles implements AutoCloseable {
    /** Answers for one open file. Calls come from threads of their own, so they may open other files here. */
    public interface Device {
        /** @return nothing when the command has no answer; else what the caller's structure becomes */
        byte[] ioctl(int command, byte[] argument, long address) throws Refusal;

        /** @return empty when nothing is there, although it was polled */
        default byte[] read(int size) throws Refusal {
            throw new Refusal(22);
        }

        /** @param wake to be run when this changes, once; @return events of poll(2) */
        default int poll(Runnable wake) {
            return 0;
        }

        default void release() {}
    }

    /** A call that fails with this errno. */
    public static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;
        private final int errno;

        public Refusal(int errno) {
            super("errno " + errno, null, false, false);
            this.errno = errno;
        }
    }

    @FunctionalInterface
    public interface Opener {
        Device open() throws Refusal;
    }

    private static final MethodHandle MOUNT =
            handle("mount", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    private static final MethodHandle UMOUNT = handle("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final int DETACH = 2;
    private static final int LARGEST = 1 << 16;
    private static final int IN = 40; // struct fuse_in_header
    private static final int OUT = 16; // struct fuse_out_header
    private static final int ENOENT = 2;
    private static final int ENOSYS = 38;

    private final Path directory;
    private final int fuse;
    private final Map<Long, String> names = new ConcurrentHashMap<>();
    private final Map<String, Opener> files = new ConcurrentHashMap<>();
    private final Map<Long, Device> open = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong(1);

    private FuseFiles(Path directory, int fuse) {
        this.directory = directory;
        this.fuse = fuse;
        Thread.ofPlatform().name("fuse").daemon().start(this::serve);
    }

    private static MethodHandle handle(String name, FunctionDescriptor shape) {
        return Linker.nativeLinker()
                .downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow(name), shape);
    }

    public static boolean possible() {
        return Files.isWritable(Path.of("/dev/fuse")) && "root".equals(System.getProperty("user.name"));
    }

    public static FuseFiles mount(Path directory) throws IOException {
        int fuse = Libc.open("/dev/fuse");
        try (Arena arena = Arena.ofConfined()) {
            String options = "fd=" + fuse + ",rootmode=40000,user_id=0,group_id=0";
            int result = (int) MOUNT.invokeExact(
                    arena.allocateFrom("postern-test"),
                    arena.allocateFrom(directory.toString()),
                    arena.allocateFrom("fuse"),
                    0L,
                    arena.allocateFrom(options));
            if (result != 0) {
                throw new IOException("cannot mount at " + directory);
            }
        } catch (IOException e) {
            Libc.close(fuse);
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        return new FuseFiles(directory, fuse);
    }

    public void put(String name, Opener opener) {
        files.put(name, opener);
    }

    void remove(String name) {
        files.remove(name);
    }

    int opened() {
        return open.size();
    }

    Path directory() {
        return directory;
    }

    private void serve() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(LARGEST, 8);
            while (true) {
                int got = Libc.read(fuse, buffer);
                ByteBuffer request = ByteBuffer.allocate(got).order(ByteOrder.nativeOrder());
                request.put(buffer.asSlice(0, got).asByteBuffer()).flip();
                answer(request);
            }
        } catch (IOException e) {
            open.clear(); // unmounted
        }
    }

    private void answer(ByteBuffer request) throws IOException {
        int opcode = request.getInt(4);
        long unique = request.getLong(8);
        long node = request.getLong(16);
        switch (opcode) {
            case 2, 36, 42 -> {} // FORGET, INTERRUPT, BATCH_FORGET have no answer
            case 39, 14 -> // IOCTL, OPEN
                Thread.ofPlatform().daemon().start(() -> later(opcode, unique, node, request));
            default -> now(opcode, unique, node, request);
        }
    }

    private void later(int opcode, long unique, long node, ByteBuffer request) {
        try {
            now(opcode, unique, node, request);
        } catch (IOException e) {
            open.clear();
        }
    }

    private void now(int opcode, long unique, long node, ByteBuffer request) throws IOException {
        try {
            reply(unique, 0, perform(opcode, node, request));
        } catch (Refusal e) {
            reply(unique, -e.errno, new byte[0]);
        }
    }

    private byte[] perform(int opcode, long node, ByteBuffer request) throws Refusal, IOException {
        long handle = request.remaining() >= IN + 8 ? request.getLong(IN) : 0;
        return switch (opcode) {
            case 26 -> // INIT: 7.31, no flags
                octets(64)
                        .putInt(7)
                        .putInt(31)
                        .putInt(0)
                        .putInt(0)
                        .putInt(0)
                        .putInt(4096)
                        .putInt(1)
                        .array();
            case 1 -> lookup(text(request));
            case 3 -> octets(104).put(16, attributes(node)).array();
            case 14 -> open(node);
            case 15 -> device(handle).read(request.getInt(IN + 16));
            case 18 -> { // RELEASE
                Optional.ofNullable(open.remove(handle)).ifPresent(Device::release);
                yield new byte[0];
            }
            case 25, 29, 34 -> new byte[0]; // FLUSH, RELEASEDIR, ACCESS
            case 27 -> octets(16).array(); // OPENDIR
            case 28 -> request.getLong(IN + 8) == 0 ? list() : new byte[0];
            case 39 -> ioctl(device(handle), request);
            case 40 -> octets(8).putInt(device(handle).poll(waker(request))).array();
            default -> throw new Refusal(ENOSYS);
        };
    }

    private static ByteBuffer octets(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    }

    private static String text(ByteBuffer request) {
        byte[] octets = new byte[request.remaining() - IN - 1];
        request.get(IN, octets);
        return new String(octets, StandardCharsets.UTF_8);
    }

    private byte[] attributes(long node) {
        int mode = node == 1 ? 0040755 : 0100666;
        return octets(88).putLong(0, node).putInt(60, mode).putInt(64, 1).array();
    }

    private byte[] lookup(String name) throws Refusal {
        if (!files.containsKey(name)) {
            throw new Refusal(ENOENT);
        }
        long node = numbers.incrementAndGet();
        names.put(node, name);
        return octets(128).putLong(0, node).put(40, attributes(node)).array();
    }

    private byte[] open(long node) throws Refusal {
        Opener opener = files.get(names.getOrDefault(node, ""));
        if (opener == null) {
            throw new Refusal(ENOENT);
        }
        long handle = numbers.incrementAndGet();
        open.put(handle, opener.open());
        return octets(16).putLong(handle).putInt(1 | 4).array(); // direct, not seekable
    }

    private Device device(long handle) throws Refusal {
        return Optional.ofNullable(open.get(handle)).orElseThrow(() -> new Refusal(19));
    }

    private byte[] list() {
        ByteBuffer entries = octets(4096);
        long offset = 1;
        for (String name : files.keySet()) {
            byte[] octets = name.getBytes(StandardCharsets.UTF_8);
            entries.putLong(++offset)
                    .putLong(offset)
                    .putInt(octets.length)
                    .putInt(8)
                    .put(octets);
            entries.position((entries.position() + 7) / 8 * 8);
        }
        byte[] all = new byte[entries.position()];
        entries.get(0, all);
        return all;
    }

    private byte[] ioctl(Device device, ByteBuffer request) throws Refusal {
        byte[] argument = new byte[request.getInt(IN + 24)];
        request.get(IN + 32, argument);
        byte[] answer = device.ioctl(request.getInt(IN + 12), argument, request.getLong(IN + 16));
        return octets(16 + answer.length).put(16, answer).array();
    }

    private Runnable waker(ByteBuffer request) {
        long kernelHandle = request.getLong(IN + 8);
        return () -> {
            try {
                send(octets(OUT + 8).putInt(OUT + 8).putInt(1).putLong(0).putLong(kernelHandle)); // NOTIFY_POLL
            } catch (IOException e) {
                open.clear();
            }
        };
    }

    private void reply(long unique, int error, byte[] body) throws IOException {
        send(octets(OUT + body.length)
                .putInt(OUT + body.length)
                .putInt(error)
                .putLong(unique)
                .put(body));
    }

    private void send(ByteBuffer message) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Libc.write(fuse, arena.allocate(message.capacity()).copyFrom(MemorySegment.ofArray(message.array())));
        } catch (Libc.ErrnoException e) {
            if (e.errno() != ENOENT) { // else who asked is gone
                throw e;
            }
        }
    }

    @Override
    public void close() {
        try (Arena arena = Arena.ofConfined()) {
            var _ = (int) UMOUNT.invokeExact(arena.allocateFrom(directory.toString()), DETACH);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        Libc.close(fuse);
    }
}
