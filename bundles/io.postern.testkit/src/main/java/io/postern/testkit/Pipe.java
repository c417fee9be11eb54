// SPDX-License-Identifier: Apache-2.0
package io.postern.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** One direction of a {@link Relay}. What was read waits here until it is due, at most {@value #ROOM} octets. */
final class Pipe {
    static final int ROOM = 1 << 20; // 600 ms at 13 Mbit/s

    private static final int PIECE = 4096;
    private static final Duration MOMENT = Duration.ofMillis(10);
    private static final Duration LONG = Duration.ofSeconds(1);

    private final Relay relay;
    private final Socket from;
    private final Socket to;
    private final int damage;
    private final BlockingQueue<Piece> underway = new ArrayBlockingQueue<>(ROOM / PIECE);
    private long carried;

    /** @param due by nanoTime; the end has no octets */
    private record Piece(byte[] octets, long due) {
        boolean isEnd() {
            return octets.length == 0;
        }
    }

    /** @param damage the bits that a fault turns over in an octet */
    Pipe(Relay relay, Socket from, Socket to, int damage) {
        this.relay = relay;
        this.damage = damage;
        this.from = from;
        this.to = to;
    }

    void run() {
        Thread.startVirtualThread(this::write);
        try {
            read(from.getInputStream());
        } catch (IOException e) {
            lost();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            relay.cut();
        }
    }

    /** An end that is gone without a word: behind a peer that has vanished the other does not hear of it. */
    private void lost() {
        if (relay.fault() instanceof NetworkFault.HalfOpen) {
            relay.fellSilent();
        } else {
            relay.cut();
        }
    }

    private void read(InputStream in) throws IOException, InterruptedException {
        byte[] octets = new byte[PIECE];
        while (true) {
            if (relay.fault() instanceof NetworkFault.Stall) {
                if (!relay.pause(MOMENT)) {
                    return;
                }
                continue;
            }
            int count = in.read(octets);
            if (relay.fault() instanceof NetworkFault.HalfOpen) {
                if (count < 0) {
                    relay.fellSilent();
                    return;
                }
                continue;
            }
            Duration later = relay.fault() instanceof NetworkFault.Delay(Duration oneWay) ? oneWay : Duration.ZERO;
            var piece = new Piece(Arrays.copyOf(octets, Math.max(count, 0)), System.nanoTime() + later.toNanos());
            while (!underway.offer(piece, LONG.toMillis(), TimeUnit.MILLISECONDS)) {
                if (relay.isOver()) {
                    return;
                }
            }
            if (count < 0) {
                return;
            }
        }
    }

    private void write() {
        try {
            OutputStream out = to.getOutputStream();
            while (!relay.isOver()) {
                Piece piece = underway.poll(LONG.toMillis(), TimeUnit.MILLISECONDS);
                if (piece == null || !due(piece) || relay.fault() instanceof NetworkFault.HalfOpen) {
                    continue;
                }
                if (piece.isEnd()) {
                    relay.cut();
                    return;
                }
                out.write(worsened(piece.octets()));
                relay.passed();
            }
        } catch (IOException e) {
            if (!(relay.fault() instanceof NetworkFault.HalfOpen)) {
                relay.cut(); // its reader tells when the peer has vanished
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            relay.cut();
        }
    }

    /** Waits for its time, and for the end of a stall; false when the connection has ended before. */
    private boolean due(Piece piece) throws InterruptedException {
        long wait = piece.due() - System.nanoTime();
        if (wait > 0 && !relay.pause(Duration.ofNanos(wait))) {
            return false;
        }
        if (relay.fault() instanceof NetworkFault.Bandwidth(int perSecond)
                && !relay.pause(Duration.ofNanos(piece.octets().length * 1_000_000_000L / perSecond))) {
            return false;
        }
        while (relay.fault() instanceof NetworkFault.Stall) {
            if (!relay.pause(MOMENT)) {
                return false;
            }
        }
        return true;
    }

    private byte[] worsened(byte[] octets) {
        if (relay.fault() instanceof NetworkFault.Corrupt(int each)) {
            for (long next = each - carried % each; next <= octets.length; next += each) {
                octets[(int) next - 1] ^= (byte) damage;
            }
        }
        carried += octets.length;
        return octets;
    }
}
