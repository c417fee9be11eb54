// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * One pseudo-terminal with a link to it under a steady name. Applications open the link as a serial port; we hold the
 * master side. Closing it is what the kernel knows as pulling the adapter: the application's port hangs up.
 *
 * <p>Owned by the thread of its {@link PtyBus}.
 */
final class Pty implements AutoCloseable {
    // asm-generic/ioctls.h
    private static final long TIOCSPTLCK = 0x40045431L;
    private static final long TIOCGPTN = 0x80045430L;
    private static final long TCGETS2 = 0x802C542AL;
    private static final long TCSETS2 = 0x402C542BL;
    // asm-generic/termbits.h, struct termios2
    private static final int TERMIOS2_SIZE = 44;
    private static final int IFLAG = 0;
    private static final int OFLAG = 4;
    private static final int CFLAG = 8;
    private static final int LFLAG = 12;
    private static final int OSPEED = 40;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment termios = arena.allocate(TERMIOS2_SIZE, Integer.BYTES);
    private final MemorySegment buffer = arena.allocate(4096); // the kernel's own buffer of a pty
    private final Path link;
    private final int master;
    private final int kept;

    private Pty(Path link, int master) throws IOException {
        this.link = link;
        this.master = master;
        Libc.ioctl(master, TIOCSPTLCK, arena.allocate(JAVA_INT));
        MemorySegment number = arena.allocate(JAVA_INT);
        Libc.ioctl(master, TIOCGPTN, number);
        Path slave = Path.of("/dev/pts/" + number.get(JAVA_INT, 0));
        // held open so that the master reads nothing, instead of an error, while no application is there
        kept = Libc.open(slave.toString(), Libc.O_RDWR | Libc.O_NOCTTY);
        makeRaw();
        linkTo(slave);
    }

    static Pty open(Path link) throws IOException {
        int master = Libc.open("/dev/ptmx", Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_NONBLOCK);
        try {
            return new Pty(link, master);
        } catch (IOException e) {
            Libc.close(master);
            throw new IOException("cannot make a pseudo-terminal at " + link, e);
        }
    }

    int master() {
        return master;
    }

    /** What the application that has opened this end asked for; parity is not kept by a pseudo-terminal. */
    CharacterFormat format(boolean parity) throws IOException {
        Libc.ioctl(master, TCGETS2, termios); // on a master this answers for the other side
        return CharacterFormat.of(termios.get(JAVA_INT, OSPEED), termios.get(JAVA_INT, CFLAG), parity);
    }

    byte[] read() throws IOException {
        int got = Libc.read(master, buffer);
        return buffer.asSlice(0, got).toArray(JAVA_BYTE);
    }

    /** Octets nobody reads are lost once the kernel's buffer is full, as in a real receiver. */
    void write(byte octet) throws IOException {
        buffer.set(JAVA_BYTE, 0, octet);
        Libc.write(master, buffer.asSlice(0, 1));
    }

    private void makeRaw() throws IOException {
        Libc.ioctl(kept, TCGETS2, termios);
        termios.set(JAVA_INT, IFLAG, 0);
        termios.set(JAVA_INT, OFLAG, 0);
        termios.set(JAVA_INT, LFLAG, 0);
        Libc.ioctl(kept, TCSETS2, termios);
    }

    private void linkTo(Path slave) throws IOException {
        Path fresh = link.resolveSibling(link.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createSymbolicLink(fresh, slave);
        Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        Libc.close(kept);
        Libc.close(master);
        arena.close();
        Files.deleteIfExists(link);
    }
}
