// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;

/** One end of a {@link PtyBus}: what it still has to send, and when its next character is through. Owned by the bus. */
abstract sealed class WireEnd permits TerminalEnd, StationEnd {
    /** As a driver's transmit buffer; more stays with whoever sends. */
    static final int MOST_WAITING = 4096;

    private final Queue<Byte> sending = new ArrayDeque<>();
    private CharacterFormat format;
    private long freeAt = System.nanoTime();
    private int toDrop;

    WireEnd(CharacterFormat format) {
        this.format = format;
    }

    /** How what it sends is sent. */
    final CharacterFormat format() {
        return format;
    }

    final void drop(int octets) {
        toDrop = octets;
    }

    final boolean hasRoom() {
        return sending.size() < MOST_WAITING;
    }

    final boolean isSending() {
        return !sending.isEmpty();
    }

    /** When the first waiting octet has passed the wire, on the monotonic clock. */
    final long nextAt() {
        return freeAt + format.characterNanos();
    }

    /** Takes octets that go on the wire at {@code at}, or as soon as the end has said what it is saying. */
    final void send(long at, CharacterFormat as, byte... octets) {
        if (sending.isEmpty()) {
            format = as;
            freeAt = freeAt - at > 0 ? freeAt : at;
        }
        for (byte octet : octets) {
            sending.add(octet);
        }
    }

    /** The octet that is through, unless it is to be lost. */
    final Optional<Byte> take() {
        byte octet = sending.remove();
        freeAt += format.characterNanos();
        if (toDrop > 0) {
            toDrop--;
            return Optional.empty();
        }
        return Optional.of(octet);
    }

    /** What was waiting is never sent. */
    final void silence() {
        sending.clear();
    }

    /** An octet of this end has come to all others. */
    void left() throws IOException {}

    /** Takes over what is to be sent by now. */
    abstract void collect(long now) throws IOException;

    /** When {@link #collect} is worth a look although nothing has arrived. */
    abstract OptionalLong due();

    /** @param at when its last bit left the wire */
    abstract void hear(byte octet, CharacterFormat spoken, long at) throws IOException;

    /** Hears an octet that nobody sent. */
    abstract void hear(byte octet, long at) throws IOException;

    /** What an end hears that is set to another speed or format. */
    static byte garbled(byte octet) {
        return (byte) (octet * 31 + 7); // any other value will do
    }
}
