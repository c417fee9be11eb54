// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Channel;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.Transport;

/**
 * The protocol engine of one connection and the octets it lives on. Used by one thread: nothing is read or written but
 * while that thread waits for something in {@link #until}.
 */
final class Engine implements AutoCloseable {
    private static final Duration QUESTION = Duration.ofSeconds(60); // with all that precedes it; as over HTTPS
    private static final int FRAME = 16 * 1024; // an answer has one or two; the longest is 96 kB
    private static final int SASL_FRAME = 4 * 1024; // spec: Part 5, 5.3.1 asks for 512; long names make longer tokens

    private final Channel channel;
    private final Transport transport = Transport.Factory.create();
    private final Connection connection = Proton.connection();
    private final byte[] arrived = new byte[FRAME];
    private long end;

    Engine(Channel channel) {
        this.channel = channel;
        transport.setMaxFrameSize(FRAME);
        transport.setOutboundFrameSizeLimit(FRAME);
        transport.setInitialRemoteMaxFrameSize(SASL_FRAME);
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
            take();
            flush();
        }
    }

    private void take() throws IOException {
        int room = transport.capacity();
        int count = room <= 0 ? -1 : channel.in().read(arrived, 0, Math.min(room, arrived.length));
        if (count < 0) {
            throw new EOFException("it hung up" + because());
        }
        try {
            transport.tail().put(arrived, 0, count);
            transport.process();
        } catch (RuntimeException e) { // what the engine did not expect of a peer
            throw new IOException("a frame that cannot be understood: " + e, e);
        }
    }

    private void flush() throws IOException {
        for (int pending = transport.pending(); pending > 0; pending = transport.pending()) {
            byte[] octets = new byte[pending];
            ByteBuffer head = transport.head();
            head.get(octets);
            transport.pop(pending);
            channel.out().write(octets);
        }
        channel.out().flush();
    }

    private String because() {
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
