// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Channel;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.Transport;
import org.apache.qpid.proton.message.Message;

/**
 * The protocol engine of one connection and the octets it lives on. Used by one thread, which either asks and waits in
 * {@link #until}, or is told by another what has arrived: {@link #take} and {@link #flush}.
 */
final class Engine implements AutoCloseable {
    static final int FRAME = 16 * 1024; // as one record of TLS; the longest message takes 17

    private static final Duration QUESTION = Duration.ofSeconds(60); // with all that precedes it; as over HTTPS
    private static final int SASL_FRAME = 4 * 1024; // spec: Part 5, 5.3.1 asks for 512; long names make longer tokens

    private final Channel channel;
    private final Transport transport = Transport.Factory.create();
    private final Connection connection = Proton.connection();
    private final byte[] leaving = new byte[FRAME];
    private byte[] arrived = new byte[0]; // made when this thread itself reads
    private byte[] encoded = new byte[0]; // grows with the messages
    private long end;

    Engine(Channel channel) {
        this.channel = channel;
        transport.setMaxFrameSize(FRAME);
        transport.setOutboundFrameSizeLimit(FRAME);
        transport.setInitialRemoteMaxFrameSize(SASL_FRAME);
        transport.setEmitFlowEventOnSend(false);
        begin();
    }

    /** The next question has all the time again. */
    void begin() {
        end = System.nanoTime() + QUESTION.toNanos();
    }

    /** Puts an exchange of SASL before AMQP; asked for before the first {@link #until}. */
    Sasl sasl() {
        return transport.sasl();
    }

    /** Gives a peer up that is silent for so long, and tells it to say something in half of that. */
    void giveUpAfter(Duration silence) {
        transport.setIdleTimeout((int) silence.toMillis());
    }

    /** Call when it is decided whether there is {@link #sasl}. */
    void bind() {
        transport.bind(connection);
    }

    Connection connection() {
        return connection;
    }

    /**
     * Sends what there is to send and takes what comes until {@code reached}.
     *
     * @throws IOException when the peer hangs up, breaks the protocol, or the time of the question is over before
     */
    void until(BooleanSupplier reached) throws IOException {
        flush();
        while (!reached.getAsBoolean()) {
            Duration left = Duration.ofNanos(end - System.nanoTime());
            if (left.toMillis() < 1) {
                throw new SocketTimeoutException("no answer within " + QUESTION.toSeconds() + " s");
            }
            channel.patience(left);
            arrived = arrived.length == 0 ? new byte[FRAME] : arrived;
            int count = channel.in().read(arrived, 0, arrived.length);
            if (count < 0) {
                throw new EOFException("it hung up" + because());
            }
            take(arrived, count);
            flush();
        }
    }

    /**
     * Takes the first {@code count} octets, cut wherever they were.
     *
     * @throws IOException when they break the protocol
     */
    void take(byte[] octets, int count) throws IOException {
        int at = 0;
        while (at < count) {
            int room = Math.min(transport.capacity(), count - at);
            if (room <= 0) {
                throw new EOFException("it hung up" + because());
            }
            try {
                transport.tail().put(octets, at, room);
                transport.process();
            } catch (RuntimeException | StackOverflowError e) { // what no decoder or engine expected of a peer
                throw new IOException("a frame that cannot be understood: " + e, e);
            }
            at += room;
        }
    }

    /** A message in octets that are good until the next. */
    ByteBuffer encode(Message message) {
        while (true) {
            try {
                return ByteBuffer.wrap(encoded, 0, message.encode(encoded, 0, encoded.length));
            } catch (BufferOverflowException e) {
                encoded = new byte[Math.max(1024, encoded.length * 2)];
            }
        }
    }

    /** Sends all there is to send; how many octets that were. */
    int flush() throws IOException {
        int sent = 0;
        for (int pending = transport.pending(); pending > 0; pending = transport.pending()) {
            int count = Math.min(pending, leaving.length);
            ByteBuffer head = transport.head();
            head.get(leaving, 0, count);
            transport.pop(count);
            channel.out().write(leaving, 0, count);
            sent += count;
        }
        if (sent > 0) {
            channel.out().flush();
        }
        return sent;
    }

    /**
     * Looks at the time-outs of both sides.
     *
     * @param now milliseconds of any clock that runs evenly
     * @return when to come again, on that clock; 0 when there is no need
     */
    long tick(long now) {
        return transport.tick(now);
    }

    /** What ended it, as far as somebody has said so. */
    String because() {
        return transport.getCondition() == null || transport.getCondition().getDescription() == null
                ? ""
                : ": " + transport.getCondition().getDescription();
    }

    /** Says goodbye when that can still be sent, and does not wait for an answer. */
    @Override
    public void close() {
        try {
            connection.close();
            flush();
        } catch (IOException | RuntimeException e) {
            // it is gone already; nothing was left to say
        } finally {
            channel.close();
        }
    }
}
