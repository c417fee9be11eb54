// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import java.io.IOException;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;

/** What the engine says has happened on a connection, told to whom it concerns. Of the connection's thread. */
final class HubEvents {
    private final Engine engine;
    private final Answer<Boolean> opened;
    private final Collector collector = Proton.collector();

    /** @param opened brought when the hub has opened the connection */
    HubEvents(Engine engine, Answer<Boolean> opened) {
        this.engine = engine;
        this.opened = opened;
        engine.connection().collect(collector);
    }

    /** @throws IOException when it was the connection's end, or what no hub does */
    void tell() throws IOException {
        for (Event event = collector.peek(); event != null; event = collector.peek()) {
            handle(event);
            collector.pop();
        }
    }

    private void handle(Event event) throws IOException {
        switch (event.getType()) {
            case CONNECTION_REMOTE_OPEN -> opened.bring(true);
            case CONNECTION_REMOTE_CLOSE ->
                throw HubRefusal.of(
                        "the hub has closed the connection", engine.connection().getRemoteCondition());
            case SESSION_REMOTE_OPEN -> {
                if (event.getSession().getContext() == null) {
                    throw new IOException("the hub begins a session, which hubs do not");
                }
            }
            case SESSION_REMOTE_CLOSE -> ended(event.getSession());
            case LINK_REMOTE_OPEN -> attached(event.getLink());
            case LINK_REMOTE_DETACH, LINK_REMOTE_CLOSE -> detached(event.getLink());
            case LINK_FLOW -> {
                if (event.getLink().getContext() instanceof LinkEnd end) {
                    end.flowed();
                }
            }
            case DELIVERY -> {
                if (event.getLink().getContext() instanceof LinkEnd end) {
                    end.delivered(event.getDelivery());
                }
            }
            case TRANSPORT_ERROR -> throw new IOException("AMQP broke" + engine.because());
            default -> {
                // of no concern to us
            }
        }
    }

    private static void attached(Link link) throws IOException {
        if (!(link.getContext() instanceof LinkEnd end)) {
            throw new IOException("the hub attaches a link of its own, which hubs do not");
        }
        if (link instanceof Sender ? link.getRemoteTarget() != null : link.getRemoteSource() != null) {
            end.accepted();
        } // else its detach says why
    }

    private static void detached(Link link) throws IOException {
        link.close();
        if (link.getContext() instanceof LinkEnd end) {
            link.setContext(null);
            end.detached(link.getRemoteCondition());
        }
        link.free();
    }

    private void ended(Session session) throws IOException {
        session.close();
        if (session.getContext() instanceof DeviceLinks links) {
            links.end(
                    HubRefusal.of("the hub has ended the session of " + links.device(), session.getRemoteCondition()));
        } else {
            throw HubRefusal.of("the hub has ended the session of the tokens", session.getRemoteCondition());
        }
        session.free();
    }
}
