// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tss.TpmDevice;
import tss.tpm.TPM_CC;

/**
 * The transport under TSS.Java: one raw command out, one raw response in.
 *
 * <p>A response that is not success is thrown as {@link CommandRefused} here, before TSS.Java sees it. That library
 * would print it on standard output, and would turn some of them silently into empty results.
 */
final class CommandChannel extends TpmDevice {
    private static final Logger LOG = LoggerFactory.getLogger(CommandChannel.class);
    private static final int MOST = 4096; // MAX_COMMAND_SIZE and MAX_RESPONSE_SIZE of every TPM 2.0 profile
    private static final int HEADER = 10;
    private static final int TAG_OF_TPM_1_2 = 0x00C4;
    private static final int ATTEMPTS = 12; // with the pauses below about 7 s: a self test takes 2 s, NV pacing less
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final ByteChannel channel;
    private final Patience patience;
    private final AtomicLong commands;
    private byte[] response = new byte[0];

    /**
     * How long to wait for a response.
     *
     * @param keyMaking making an RSA key is a search for primes without an upper bound
     */
    record Patience(Duration usual, Duration keyMaking) {
        /** 120 s is what the Linux kernel grants a TPM 2.0 (tpm2-cmd.c); slow chips need 0.6 s for usual commands. */
        static final Patience DEFAULT = new Patience(Duration.ofSeconds(20), Duration.ofSeconds(120));

        Duration of(int command) {
            return command == TPM_CC.CreatePrimary.toInt() ? keyMaking : usual;
        }
    }

    /** @param commands counts what is sent */
    CommandChannel(ByteChannel channel, Patience patience, AtomicLong commands) {
        this.channel = channel;
        this.patience = patience;
        this.commands = commands;
    }

    @Override
    public boolean connect() {
        return channel.isOpen();
    }

    /** @throws ConnectionBroken when there is no proper answer
     * @throws CommandRefused when the answer is not success */
    @Override
    public void dispatchCommand(byte[] command) {
        int code = ByteBuffer.wrap(command).getInt(6);
        if (command.length > MOST) {
            throw new CommandRefused(code, TpmReturnCode.COMMAND_SIZE.code());
        }
        Duration pause = FIRST_PAUSE;
        for (int attempt = 1; ; attempt++) {
            int result = exchange(command, code);
            if (result == 0) {
                return;
            }
            if (attempt == ATTEMPTS || !isPassing(result)) {
                throw new CommandRefused(code, result);
            }
            LockSupport.parkNanos(pause.toNanos());
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    @Override
    public byte[] getResponse() {
        return response;
    }

    @Override
    public boolean responseReady() {
        return true;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new ConnectionBroken(e);
        }
    }

    // spec: TPM 2.0 Part 2, 6.6.3: warnings that ask for the same command again
    private static boolean isPassing(int result) {
        return TpmReturnCode.of(result)
                .map(code -> switch (code) {
                    case RETRY, YIELDED, TESTING, NV_RATE -> true;
                    default -> false;
                })
                .orElse(false);
    }

    private int exchange(byte[] command, int code) {
        commands.incrementAndGet();
        Duration limit = patience.of(code);
        var done = new CountDownLatch(1);
        // a blocking read has no timeout on all three transports, but each ends when its channel is closed
        Thread.ofVirtual().name("tpm-watchdog").start(() -> closeUnless(done, limit));
        try {
            write(command);
            return read();
        } catch (ClosedByInterruptException e) {
            throw new ConnectionBroken(
                    new IOException("interrupted while " + CommandRefused.name(code) + " was with the TPM", e));
        } catch (ClosedChannelException e) {
            throw new ConnectionBroken(new IOException(
                    "no answer to " + CommandRefused.name(code) + " within " + limit.toSeconds() + " s", e));
        } catch (IOException e) {
            throw new ConnectionBroken(e);
        } finally {
            done.countDown();
        }
    }

    private void closeUnless(CountDownLatch done, Duration limit) {
        try {
            if (!done.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                channel.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("a TPM that does not answer cannot even be closed");
        }
    }

    private void write(byte[] command) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(command);
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    /** The kernel hands a response out in one piece and only once, so the first read already offers all the room. */
    private int read() throws IOException {
        ByteBuffer in = ByteBuffer.allocate(MOST);
        int length = HEADER;
        while (in.position() < length) {
            if (channel.read(in) < 0) {
                throw new EOFException("the TPM closed the connection");
            }
            if (in.position() >= HEADER) {
                length = in.getInt(2);
                if (length < HEADER || length > MOST) {
                    throw new IOException("not a TPM: its answer claims a length of " + length + " bytes");
                }
            }
        }
        if (in.position() > length) {
            throw new IOException("not a TPM: its answer has " + (in.position() - length) + " bytes too many");
        }
        response = Arrays.copyOf(in.array(), length);
        int result = in.getInt(6);
        if ((in.getShort(0) & 0xFFFF) == TAG_OF_TPM_1_2 && result != 0) {
            throw new WrongVersion();
        }
        return result;
    }

    /** The device answers as only a TPM 1.2 does. */
    static final class WrongVersion extends IOException {
        private static final long serialVersionUID = 1L;

        WrongVersion() {
            super(
                    "this is a TPM 1.2. Postern needs a TPM 2.0: look in the machine's firmware whether it can be switched"
                            + " to 2.0, or fit a TPM 2.0 module");
        }
    }
}
