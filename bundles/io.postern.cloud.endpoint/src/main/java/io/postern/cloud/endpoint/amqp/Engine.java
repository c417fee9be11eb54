// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.cloud.endpoint.Duplex;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.engine.Transport;

/**
 * The protocol engine of one connection: octets in, events to its links, octets out. Owned by the connection's event
 * loop. The engine itself trusts its peer in a few places; what it lets pass is refused here.
 */
final class Engine {
    private static final int FRAME = 16 * 1024; // two buffers of it a connection; a message of 256 KB takes 17 frames
    private static final int SASL_FRAME = 4 * 1024; // spec: Part 5, 5.3.1 asks for 512; long names make longer tokens
    private static final int SMALLEST_FRAME = 512; // spec: Part 2, 2.8.19 MIN-MAX-FRAME-SIZE
    private static final int SHORTEST_IDLE = 1000; // milliseconds; more often than once a second we do not call

    private final AmqpConnection owner;
    private final Transport transport = Transport.Factory.create();
    private final Connection connection = Proton.connection();
    private final Collector collector = Proton.collector();
    private final Links links;
    private AmqpLimits limits = AmqpLimits.OF_ONE_DEVICE;
    private int sessions;

    /** @param mechanisms of SASL; empty when the client goes without it */
    Engine(AmqpConnection owner, List<AmqpVisit> visits, List<String> mechanisms) {
        this.owner = owner;
        this.links = new Links(owner, visits);
        transport.setMaxFrameSize(FRAME);
        transport.setOutboundFrameSizeLimit(FRAME);
        transport.setInitialRemoteMaxFrameSize(SASL_FRAME);
        transport.setIdleTimeout((int) owner.patience().idle().toMillis());
        transport.setEmitFlowEventOnSend(false);
        connection.setContainer("postern");
        connection.collect(collector);
        if (!mechanisms.isEmpty()) {
            new SaslExchange(owner, transport.sasl(), visits, mechanisms);
        }
        transport.bind(connection);
    }

    Links links() {
        return links;
    }

    /** Takes some of the octets from {@code at} on; how many, 0 when it takes no more at all. */
    int feed(byte[] octets, int at) {
        int room = Math.min(transport.capacity(), octets.length - at);
        if (room <= 0) {
            return 0;
        }
        try {
            transport.tail().put(octets, at, room);
            transport.process();
            events();
        } catch (RuntimeException | StackOverflowError e) { // what no decoder or engine expected of a peer
            owner.refuse(new AmqpError(AmqpError.FRAMING, "a frame that cannot be understood: " + e));
        }
        return room;
    }

    /** Sends all there is; the result says when the last of it has left, empty when there was nothing. */
    Optional<Future<Void>> writeTo(Duplex duplex) {
        Optional<Future<Void>> last = Optional.empty();
        int pending = transport.pending();
        while (pending > 0) {
            byte[] octets = new byte[pending];
            transport.head().get(octets);
            transport.pop(pending);
            last = Optional.of(duplex.write(octets));
            pending = transport.pending();
        }
        return last;
    }

    /** Both sides have closed, and the client has been told all there was to tell. */
    boolean isLeft() {
        return connection.getRemoteState() == EndpointState.CLOSED && isClosed();
    }

    /** Nothing more will be sent. */
    boolean isClosed() {
        return transport.pending() < 0;
    }

    void close(AmqpError error) {
        connection.setCondition(IncomingLink.condition(error));
        connection.open();
        connection.close();
    }

    /** When to be called again, on the clock that {@code now} is of. */
    long tick(long now) {
        boolean open = connection.getLocalState() == EndpointState.ACTIVE;
        long deadline = transport.tick(now);
        if (open && connection.getLocalState() == EndpointState.CLOSED) {
            owner.endAfterWriting("silent for " + owner.patience().idle().toSeconds() + " s");
        }
        return deadline;
    }

    private void events() {
        for (Event event = collector.peek(); event != null; event = collector.peek()) {
            handle(event);
            collector.pop();
        }
    }

    private void handle(Event event) {
        switch (event.getType()) {
            case CONNECTION_REMOTE_OPEN -> opened();
            case CONNECTION_REMOTE_CLOSE -> connection.close();
            case SESSION_REMOTE_OPEN -> begin(event.getSession());
            case SESSION_REMOTE_CLOSE -> end(event.getSession());
            case LINK_REMOTE_OPEN -> links.attach(event.getLink());
            case LINK_REMOTE_DETACH, LINK_REMOTE_CLOSE -> links.detached(event.getLink());
            case LINK_FLOW -> links.flowed(event.getLink());
            case DELIVERY -> links.delivered(event.getLink(), event.getDelivery());
            case TRANSPORT_ERROR -> broken(transport.getCondition());
            default -> {
                // of no concern to a server
            }
        }
    }

    private void opened() {
        owner.greeted();
        int frame = transport.getRemoteMaxFrameSize();
        int idle = transport.getRemoteIdleTimeout();
        if (connection.getLocalState() != EndpointState.UNINITIALIZED) {
            owner.refuse(new AmqpError(AmqpError.FRAMING, "the connection is opened a second time"));
        } else if (frame > 0 && frame < SMALLEST_FRAME) {
            owner.refuse(new AmqpError(AmqpError.NOT_ALLOWED, "max-frame-size is at least " + SMALLEST_FRAME));
        } else if (idle > 0 && idle < SHORTEST_IDLE) {
            owner.refuse(new AmqpError(AmqpError.NOT_ALLOWED, "idle-time-out is at least " + SHORTEST_IDLE + " ms"));
        } else {
            String host = host();
            limits = owner.limits(host);
            links.limitTo(limits.links());
            transport.setChannelMax(limits.sessions() - 1);
            connection.open();
            owner.opened(host);
            owner.tick();
        }
    }

    /** One official client adds the port. */
    private String host() {
        String said = connection.getRemoteHostname();
        return said == null ? "" : said.replaceFirst(":\\d*$", "");
    }

    private void begin(Session session) {
        if (sessions >= limits.sessions()) {
            owner.refuse(
                    new AmqpError(AmqpError.LIMIT, "more than " + limits.sessions() + " sessions on one connection"));
        } else if (!owner.maySpareSession(sessions)) {
            owner.refuse(new AmqpError(AmqpError.LIMIT, "too many sessions of clients that are not known yet"));
        } else {
            sessions++;
            session.open();
        }
    }

    private void end(Session session) {
        sessions--;
        links.ended(session);
        session.close();
        session.free();
    }

    private void broken(ErrorCondition condition) {
        owner.endAfterWriting("protocol error: " + condition.getCondition() + " " + said(condition));
    }

    /** Without the name of the exception it comes from. */
    private static String said(ErrorCondition condition) {
        return String.valueOf(condition.getDescription()).replaceFirst("^[\\w.]+Exception: ", "");
    }
}
