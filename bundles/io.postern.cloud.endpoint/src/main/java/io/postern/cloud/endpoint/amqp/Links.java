// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.wire.Shown;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;
import org.jspecify.annotations.Nullable;

/** The links of one connection, from the client's wish to their end. Owned by the event loop. */
final class Links {
    private final AmqpConnection connection;
    private final List<AmqpVisit> visits;
    private final Map<Link, Optional<OpenLink>> links = new LinkedHashMap<>(); // empty while it is being decided about
    private int most = AmqpLimits.OF_ONE_DEVICE.links();

    Links(AmqpConnection connection, List<AmqpVisit> visits) {
        this.connection = connection;
        this.visits = visits;
    }

    void limitTo(int links) {
        most = links;
    }

    void attach(@Nullable Link link) {
        if (link == null || links.containsKey(link)) { // so the engine tells of a handle or a name used twice
            connection.refuse(new AmqpError(AmqpError.FRAMING, "a link is attached a second time"));
        } else if (links.size() >= most) {
            connection.refuse(new AmqpError(AmqpError.LIMIT, "more than " + most + " links on one connection"));
        } else if (!connection.maySpareLink(links.size())) {
            connection.refuse(new AmqpError(AmqpError.LIMIT, "too many links of clients that are not known yet"));
        } else {
            links.put(link, Optional.empty());
            LinkRequest request = request(link);
            connection.errand(() -> {
                LinkAnswer answer = decide(request);
                connection.onLoop(() -> apply(link, answer));
            });
        }
    }

    private LinkAnswer decide(LinkRequest request) {
        for (AmqpVisit visit : visits) {
            Optional<LinkAnswer> answer = visit.attach(request);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        return refused(AmqpError.NOT_FOUND, "nothing is served at " + Shown.of(request.address()));
    }

    /** A refusal of our own; services log theirs. */
    private LinkAnswer.Refused refused(String condition, String text) {
        var error = new AmqpError(condition, text);
        connection.log(error, "link");
        return new LinkAnswer.Refused(error);
    }

    private void apply(Link link, LinkAnswer answer) {
        if (!links.containsKey(link)) { // its session ended while we were deciding
            opened(link, answer).ifPresent(OpenLink::detached);
            return;
        }
        link.setSource(link.getRemoteSource());
        link.setTarget(link.getRemoteTarget());
        link.setSenderSettleMode(link.getRemoteSenderSettleMode());
        link.setReceiverSettleMode(ReceiverSettleMode.FIRST);
        switch (answer) {
            case LinkAnswer.Taking taking
            when link instanceof Receiver receiver -> {
                receiver.setMaxMessageSize(UnsignedLong.valueOf(taking.mostOctets()));
                tell(link, taking.terms());
                receiver.open();
                admitted(link, taking.terms(), new IncomingLink(connection, receiver, taking));
            }
            case LinkAnswer.Giving giving
            when link instanceof Sender sender -> {
                tell(link, giving.terms());
                sender.open();
                admitted(link, giving.terms(), new OutgoingLink(connection, sender, giving));
            }
            case LinkAnswer.Refused(AmqpError error) -> refuse(link, error);
            case LinkAnswer.Taking _, LinkAnswer.Giving _ ->
                refuse(
                        link,
                        refused(AmqpError.NOT_ALLOWED, "the link leads the other way")
                                .error());
        }
        if (link.getRemoteState() == EndpointState.CLOSED) { // it left while we were deciding
            detached(link);
        }
    }

    /** For whoever gave the answer and counts on the end of the link. */
    private Optional<OpenLink> opened(Link link, LinkAnswer answer) {
        return switch (answer) {
            case LinkAnswer.Taking taking
            when link instanceof Receiver receiver -> Optional.of(new IncomingLink(connection, receiver, taking));
            case LinkAnswer.Giving giving
            when link instanceof Sender sender -> Optional.of(new OutgoingLink(connection, sender, giving));
            case LinkAnswer.Taking _, LinkAnswer.Giving _, LinkAnswer.Refused _ -> Optional.empty();
        };
    }

    private static void tell(Link link, LinkTerms terms) {
        if (!terms.properties().isEmpty()) {
            link.setProperties(Values.symbols(terms.properties()));
        }
    }

    private void admitted(Link link, LinkTerms terms, OpenLink open) {
        links.put(link, Optional.of(open));
        if (terms.admits()) {
            connection.admitted();
        }
    }

    /** spec: AMQP 1.0 Part 2, 2.6.3: attached without a terminus, then detached with the reason */
    private void refuse(Link link, AmqpError error) {
        link.setSource(null);
        link.setTarget(null);
        link.open();
        link.setCondition(IncomingLink.condition(error));
        link.close();
    }

    /** Those of {@code cut} that are still there; a session that is left without a link ends. */
    void detach(Set<AttachedLink> cut, AmqpError why) {
        Set<Session> shared = new HashSet<>();
        links.forEach((link, open) -> {
            if (open.isEmpty() || !cut.contains(open.get())) {
                shared.add(link.getSession());
            }
        });
        Set<Session> ending = new HashSet<>();
        links.forEach((link, open) -> open.filter(cut::contains).ifPresent(each -> {
            if (link.getLocalState() != EndpointState.ACTIVE) {
                return; // detached already, the client has not answered yet
            }
            if (shared.contains(link.getSession())) {
                each.close(why);
            } else {
                each.detached();
                ending.add(link.getSession());
            }
        }));
        ending.forEach(session -> {
            session.setCondition(IncomingLink.condition(why));
            session.close();
        });
    }

    void delivered(Link link, Delivery delivery) {
        open(link).ifPresent(each -> each.delivered(delivery));
    }

    void flowed(Link link) {
        open(link).ifPresent(OpenLink::flowed);
    }

    /** The connection takes octets again. */
    void writable() {
        List.copyOf(links.values()).forEach(each -> each.ifPresent(OpenLink::flowed));
    }

    void detached(Link link) {
        boolean undecided =
                links.containsKey(link) && open(link).isEmpty() && link.getLocalState() == EndpointState.UNINITIALIZED;
        if (!undecided && links.containsKey(link)) {
            open(link).ifPresent(OpenLink::detached);
            links.remove(link);
            link.close();
            link.free();
        }
    }

    void ended(Session session) {
        new ArrayList<>(links.keySet())
                .stream().filter(link -> link.getSession() == session).forEach(link -> {
                    open(link).ifPresent(OpenLink::detached);
                    links.remove(link);
                });
    }

    void allDetached() {
        List.copyOf(links.values()).forEach(each -> each.ifPresent(OpenLink::detached));
        links.clear();
    }

    private Optional<OpenLink> open(Link link) {
        return links.getOrDefault(link, Optional.empty());
    }

    private static LinkRequest request(Link link) {
        boolean sends = link instanceof Receiver;
        var terminus = sends ? link.getRemoteTarget() : link.getRemoteSource();
        return new LinkRequest(
                link.getName(),
                address(terminus),
                sends ? LinkRequest.Direction.CLIENT_SENDS : LinkRequest.Direction.CLIENT_RECEIVES,
                terminus instanceof Source source ? Values.ours(source.getFilter()) : Map.of(),
                Values.ours(link.getRemoteProperties()));
    }

    private static String address(@Nullable Object terminus) {
        String address =
                switch (terminus) {
                    case org.apache.qpid.proton.amqp.transport.Source source -> source.getAddress();
                    case org.apache.qpid.proton.amqp.transport.Target target -> target.getAddress();
                    case null, default -> null;
                };
        return address == null ? "" : address;
    }
}
