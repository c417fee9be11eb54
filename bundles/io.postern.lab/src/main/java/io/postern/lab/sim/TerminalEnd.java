// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** An end that an application opens as its port. */
final class TerminalEnd extends WireEnd {
    private static final CharacterFormat UNPLUGGED = CharacterFormat.of(9600, 0, false);

    private final boolean parity;
    private volatile Path link;
    private int toPull; // octets until the adapter is pulled; 0 when nobody waits for that
    private Optional<Pty> pty = Optional.empty();

    /** @param parity whether characters here carry a parity bit */
    TerminalEnd(Path link, boolean parity) {
        super(UNPLUGGED);
        this.link = link;
        this.parity = parity;
    }

    Path link() {
        return link;
    }

    void plug() throws IOException {
        if (pty.isEmpty()) {
            pty = Optional.of(Pty.open(link));
        }
    }

    /** Under another name. */
    void plug(Path as) throws IOException {
        if (pty.isPresent()) {
            throw new IOException(link + " is plugged in; a name changes while it is not");
        }
        link = as;
        plug();
    }

    void unplugAfter(int octets) {
        toPull = octets;
    }

    @Override
    void left() throws IOException {
        if (toPull > 0 && --toPull == 0) {
            unplug();
        }
    }

    void unplug() throws IOException {
        toPull = 0;
        Optional<Pty> old = pty;
        pty = Optional.empty();
        silence();
        if (old.isPresent()) {
            old.get().close();
        }
    }

    boolean listens() {
        return pty.isPresent() && hasRoom();
    }

    int descriptor() {
        return pty.orElseThrow().master();
    }

    @Override
    void collect(long now) throws IOException {
        if (!listens()) {
            return;
        }
        byte[] written = pty.orElseThrow().read();
        if (written.length > 0) {
            send(now, isSending() ? format() : pty.orElseThrow().format(parity), written);
        }
    }

    @Override
    OptionalLong due() {
        return OptionalLong.empty();
    }

    @Override
    void hear(byte octet, CharacterFormat spoken, long at) throws IOException {
        if (pty.isPresent()) {
            boolean understood = pty.get().format(parity).equals(spoken);
            pty.get().write(understood ? octet : garbled(octet));
        }
    }

    @Override
    void hear(byte octet, long at) throws IOException {
        if (pty.isPresent()) {
            pty.get().write(octet);
        }
    }

    @Override
    public String toString() {
        return link.toString();
    }
}
