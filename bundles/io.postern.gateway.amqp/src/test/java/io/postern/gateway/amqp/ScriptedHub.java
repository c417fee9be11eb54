// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Channel;
import io.postern.testkit.LoopbackAddress;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Endpoint;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.message.Message;

/** As much of a hub as its misbehaviour needs, without TLS. What is set counts for what comes after. */
final class ScriptedHub implements AutoCloseable {
    /** What it does when a telemetry message arrives. */
    enum Reaction {
        ACCEPT,
        REJECT,
        DETACH,
        END_SESSION,
        CLOSE,
        HANG_UP,
        GARBAGE,
        OWN_SESSION,
        NOTHING
    }

    final List<String> arrived = new CopyOnWriteArrayList<>(); // "device-sequence"
    final List<String> tokens = new CopyOnWriteArrayList<>(); // the audiences
    final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    volatile int tokenStatus = 200;
    volatile String refusedOpen = ""; // a condition, as all that are refused
    volatile String refusedBegin = "";
    volatile String refusedAttach = "";
    volatile int retryAfter; // seconds, beside each condition; 0 for none
    volatile boolean bare; // no SASL: the client has shown a certificate
    volatile boolean silent; // it reads, and says nothing any more
    final List<String> commands = new CopyOnWriteArrayList<>(); // message ids, for who listens to them
    final List<String> settled = new CopyOnWriteArrayList<>(); // of these, "id state"
    volatile Reaction reaction = Reaction.ACCEPT;
    volatile String victim = ""; // the message id it reacts to
    volatile String condition = "amqp:internal-error";
    volatile int credit = 100;
    volatile long cutAfter = Long.MAX_VALUE; // octets
    volatile int chunk = Integer.MAX_VALUE; // octets
    volatile long written;

    private final ServerSocket server;

    ScriptedHub() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getByName(LoopbackAddress.random()));
        Thread.startVirtualThread(this::acceptAll);
    }

    /** The gateway's end of a new connection. */
    Channel dial() throws IOException {
        return new PlainChannel(new Socket(server.getInetAddress(), server.getLocalPort()));
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                Thread.startVirtualThread(() -> serve(socket));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            new Visit(socket).run();
        } catch (IOException e) {
            // the gateway is gone, or this hub has gone away as told
        } finally {
            sockets.remove(socket);
        }
    }

    /** One connection. */
    private final class Visit {
        private final Socket socket;
        private final Engine engine;
        private final Optional<Sasl> sasl;
        private int sessions;
        private final Collector collector = Proton.collector();

        Visit(Socket socket) throws IOException {
            this.socket = socket;
            engine = new Engine(new PlainChannel(socket, new Cutting(socket.getOutputStream())));
            sasl = bare ? Optional.empty() : Optional.of(engine.sasl());
            sasl.ifPresent(exchange -> {
                exchange.server();
                exchange.setMechanisms("ANONYMOUS");
            });
            engine.connection().collect(collector);
            engine.bind();
        }

        void run() throws IOException {
            byte[] octets = new byte[4096];
            engine.flush();
            for (int n = socket.getInputStream().read(octets);
                    n >= 0;
                    n = socket.getInputStream().read(octets)) {
                if (silent) {
                    continue;
                }
                engine.take(octets, n);
                sasl.filter(exchange -> exchange.getRemoteMechanisms().length > 0
                                && exchange.getOutcome() == Sasl.SaslOutcome.PN_SASL_NONE)
                        .ifPresent(exchange -> exchange.done(Sasl.SaslOutcome.PN_SASL_OK));
                for (Event event = collector.peek(); event != null; event = collector.peek()) {
                    handle(event);
                    collector.pop();
                }
                engine.flush();
            }
        }

        private void handle(Event event) throws IOException {
            switch (event.getType()) {
                case CONNECTION_REMOTE_OPEN -> {
                    engine.connection().open();
                    refuse(engine.connection(), refusedOpen);
                }
                case CONNECTION_REMOTE_CLOSE -> engine.connection().close();
                case SESSION_REMOTE_OPEN -> {
                    event.getSession().open();
                    refuse(event.getSession(), sessions++ > 0 || bare ? refusedBegin : "");
                }
                case LINK_FLOW -> command(event.getLink());
                case SESSION_REMOTE_CLOSE -> event.getSession().close();
                case LINK_REMOTE_OPEN -> attach(event.getLink());
                case LINK_REMOTE_CLOSE -> event.getLink().close();
                case DELIVERY -> delivered(event.getDelivery());
                default -> {
                    // of no concern
                }
            }
        }

        private void refuse(Endpoint endpoint, String condition) {
            if (!condition.isEmpty()) {
                endpoint.setCondition(error(condition));
                endpoint.close();
            }
        }

        private void command(Link link) {
            if (link instanceof Sender sender && address(sender).endsWith("/messages/devicebound")) {
                while (sender.getCredit() > 0 && !commands.isEmpty()) {
                    String id = commands.removeFirst();
                    Message message = Message.Factory.create();
                    message.setMessageId(id);
                    message.setBody(new Data(new Binary(id.getBytes(StandardCharsets.UTF_8))));
                    send(sender, message, id);
                }
            }
        }

        private static String address(Sender sender) {
            return sender.getSource() == null ? "" : sender.getSource().getAddress();
        }

        private void attach(Link link) {
            if (link.getSession().getLocalState() == EndpointState.CLOSED) {
                return; // it was on its way already
            }
            boolean device = link instanceof Receiver
                    && !link.getRemoteTarget().toString().contains("$cbs");
            if (device && !refusedAttach.isEmpty()) {
                link.open();
                link.setCondition(error(refusedAttach));
                link.close();
                return;
            }
            link.setSource(link.getRemoteSource());
            link.setTarget(link.getRemoteTarget());
            link.open();
            if (link instanceof Receiver receiver) {
                receiver.flow(device ? credit : 32);
            }
        }

        private void delivered(Delivery delivery) throws IOException {
            if (delivery.getLink() instanceof Sender && delivery.remotelySettled()) {
                String id = new String(delivery.getTag(), StandardCharsets.UTF_8);
                if (!id.isEmpty()) {
                    settled.add(id + " " + delivery.getRemoteState().getClass().getSimpleName());
                }
                delivery.settle();
                return;
            }
            if (!(delivery.getLink() instanceof Receiver receiver) || delivery.isPartial() || !delivery.isReadable()) {
                return;
            }
            byte[] octets = new byte[delivery.pending()];
            receiver.recv(octets, 0, octets.length);
            receiver.advance();
            Message message = Message.Factory.create();
            message.decode(octets, 0, octets.length);
            if (message.getMessageId() instanceof String id) {
                react(delivery, id);
            } else {
                delivery.disposition(Accepted.getInstance());
                delivery.settle();
                receiver.flow(1);
                answer(message, receiver.getRemoteTarget().getAddress());
            }
        }

        /** On the link of the same address; what its asker reads of it is good news. */
        private void answer(Message question, String address) {
            Message answer = Message.Factory.create();
            answer.setCorrelationId(question.getMessageId());
            answer.setMessageAnnotations(new MessageAnnotations(Map.of(Symbol.valueOf("status"), 200)));
            if (address.equals("$cbs")) {
                tokens.add(String.valueOf(
                        question.getApplicationProperties().getValue().get("name")));
                answer.setApplicationProperties(new ApplicationProperties(
                        Map.of("status-code", tokenStatus, "status-description", "as the script says")));
            }
            answer.setBody(new AmqpValue("{}"));
            Set<EndpointState> any = EnumSet.allOf(EndpointState.class);
            for (Link link = engine.connection().linkHead(EnumSet.copyOf(any), EnumSet.copyOf(any));
                    link != null;
                    link = link.next(EnumSet.copyOf(any), EnumSet.copyOf(any))) {
                if (link instanceof Sender sender && address(sender).equals(address)) {
                    send(sender, answer, "");
                }
            }
        }

        private static void send(Sender link, Message message, String tag) {
            byte[] octets = new byte[4096];
            int length = message.encode(octets, 0, octets.length);
            link.delivery(tag.getBytes(StandardCharsets.UTF_8));
            link.send(octets, 0, length);
            link.advance();
        }

        private void react(Delivery delivery, String id) throws IOException {
            if (delivery.getLink().getLocalState() == EndpointState.CLOSED) {
                return; // it was on its way already
            }
            Reaction what = victim.isEmpty() || victim.equals(id) ? reaction : Reaction.ACCEPT;
            Link link = delivery.getLink();
            switch (what) {
                case ACCEPT -> {
                    arrived.add(id);
                    delivery.disposition(Accepted.getInstance());
                    delivery.settle();
                    ((Receiver) link).flow(1);
                }
                case REJECT -> {
                    var state = new Rejected();
                    state.setError(error(condition));
                    delivery.disposition(state);
                    delivery.settle();
                    ((Receiver) link).flow(1);
                }
                case DETACH -> {
                    link.setCondition(error(condition));
                    link.close();
                }
                case END_SESSION -> {
                    link.getSession().setCondition(error(condition));
                    link.getSession().close();
                }
                case CLOSE -> {
                    engine.connection().setCondition(error(condition));
                    engine.connection().close();
                }
                case HANG_UP -> socket.close();
                case GARBAGE -> socket.getOutputStream().write(new byte[] {0, 0, 0, 9, 2, 0, 0, 0, 0x53, 1, 2, 3, 4});
                case OWN_SESSION -> engine.connection().session().open();
                case NOTHING -> {
                    // and so it waits
                }
            }
        }
    }

    private ErrorCondition error(String condition) {
        var error = new ErrorCondition(Symbol.valueOf(condition), "as the script says");
        if (retryAfter > 0) {
            error.setInfo(Map.of(Symbol.valueOf("retry-after"), retryAfter));
        }
        return error;
    }

    private final class Cutting extends FilterOutputStream {
        Cutting(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            for (int at = 0; at < length; ) {
                int n = (int) Math.min(Math.min(chunk, length - at), cutAfter - written);
                if (n <= 0) {
                    throw new IOException("cut, as the script says");
                }
                out.write(octets, from + at, n);
                out.flush();
                at += n;
                written += n;
            }
        }
    }
}
