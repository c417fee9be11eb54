// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/** One end of a {@link PtyBus}: what it still has to send, and when its next character is through. Owned by the bus. */
final class WireEnd {
    private static final int MOST_WAITING = 4096; // as a driver's transmit buffer; more stays with the kernel
    private static final CharacterFormat UNPLUGGED = CharacterFormat.of(9600, 0, false);

    private final Path link;
    private final boolean parity;
    private final Queue<Byte> sending = new ArrayDeque<>();
    private Optional<Pty> pty = Optional.empty();
    private CharacterFormat format = UNPLUGGED;
    private long nextAt = System.nanoTime();
    private int toDrop;

    /** @param parity whether characters here carry a parity bit */
    WireEnd(Path link, boolean parity) {
        this.link = link;
        this.parity = parity;
    }

    Path link() {
        return link;
    }

    CharacterFormat format() {
        return format;
    }

    void plug() throws IOException {
        if (pty.isEmpty()) {
            pty = Optional.of(Pty.open(link));
        }
    }

    void unplug() throws IOException {
        Optional<Pty> old = pty;
        pty = Optional.empty();
        sending.clear();
        if (old.isPresent()) {
            old.get().close();
        }
    }

    void drop(int octets) {
        toDrop = octets;
    }

    boolean listens() {
        return pty.isPresent() && sending.size() < MOST_WAITING;
    }

    int descriptor() {
        return pty.orElseThrow().master();
    }

    boolean isSending() {
        return !sending.isEmpty();
    }

    /** When the first waiting octet has passed the wire, on the monotonic clock. */
    long nextAt() {
        return nextAt;
    }

    /** Takes over what the application has written. */
    void collect(long now) throws IOException {
        if (!listens()) {
            return;
        }
        byte[] written = pty.orElseThrow().read();
        if (written.length > 0 && sending.isEmpty()) {
            format = pty.orElseThrow().format(parity);
            nextAt = (nextAt - now > 0 ? nextAt : now) + format.characterNanos();
        }
        for (byte octet : written) {
            sending.add(octet);
        }
    }

    /** The octet that is through, unless it is to be lost. */
    Optional<Byte> take() {
        byte octet = sending.remove();
        nextAt += format.characterNanos();
        if (toDrop > 0) {
            toDrop--;
            return Optional.empty();
        }
        return Optional.of(octet);
    }

    void hear(byte octet, CharacterFormat spoken) throws IOException {
        if (pty.isPresent()) {
            boolean understood = pty.get().format(parity).equals(spoken);
            pty.get().write(understood ? octet : (byte) (octet * 31 + 7)); // any other value will do
        }
    }

    void hear(byte octet) throws IOException {
        if (pty.isPresent()) {
            pty.get().write(octet);
        }
    }

    @Override
    public String toString() {
        return link.toString();
    }
}
