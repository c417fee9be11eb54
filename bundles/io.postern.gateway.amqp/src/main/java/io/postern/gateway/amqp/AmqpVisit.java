// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Channel;
import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.DpsAnswer;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Endpoint;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;
import org.jspecify.annotations.Nullable;

/** One device's connection to a provisioning service, with one link to ask on and one to be answered on. */
final class AmqpVisit implements AutoCloseable {
    private static final int CREDIT = 4; // one question is open at a time
    private static final Map<Symbol, Object> VERSION =
            Map.of(Symbol.valueOf("com.microsoft:api-version"), "2019-03-31"); // what the official clients send

    private final Engine engine;
    private final Dialer.Destination service;
    private final String address;
    private final RegistrationId id;
    private final Optional<SaslExchange> sasl;
    private @Nullable Links links;
    private long asked;

    private record Links(Session session, Sender questions, Receiver answers) {}

    private AmqpVisit(
            Engine engine, Dialer.Destination service, IdScope scope, RegistrationId id, Optional<SaslExchange> sasl) {
        this.engine = engine;
        this.service = service;
        this.address = scope + "/registrations/" + id;
        this.id = id;
        this.sasl = sasl;
        engine.bind();
    }

    /** Who the device is, the handshake of {@code channel} has told. */
    static AmqpVisit bare(Channel channel, Dialer.Destination service, IdScope scope, RegistrationId id) {
        return new AmqpVisit(new Engine(channel), service, scope, id, Optional.empty());
    }

    static AmqpVisit withSasl(Channel channel, Dialer.Destination service, IdScope scope, RegistrationId id) {
        var engine = new Engine(channel);
        var exchange = new SaslExchange(engine, scope, id, service.host(), service.toString());
        return new AmqpVisit(engine, service, scope, id, Optional.of(exchange));
    }

    SaslExchange sasl() {
        return sasl.orElseThrow(() -> new IllegalStateException("the visit of " + id + " began without SASL"));
    }

    /** The next question has all the time again. */
    void begin() {
        engine.begin();
    }

    /** Opens the connection and its links, once. */
    void attach() throws IOException, RefusedException {
        if (links != null) {
            return;
        }
        engine.connection().setContainer(id.text());
        engine.connection().setHostname(service.host());
        engine.connection().open();
        Session session = engine.connection().session();
        session.open();
        Receiver answers = session.receiver("provision_receiver_link");
        var source = new Source();
        source.setAddress(address);
        open(answers, source, new Target());
        answers.flow(CREDIT);
        Sender questions = session.sender("provision_sender_link");
        var target = new Target();
        target.setAddress(address);
        open(questions, new Source(), target);
        links = new Links(session, questions, answers);
        engine.until(() -> isAnyClosed() || isActive(answers) && questions.getCredit() > 0);
        checkOpen();
    }

    /** Asks, and waits for the answer to this very question. */
    DpsAnswer ask(Map<String, Object> properties, Bytes body) throws IOException, RefusedException {
        if (links == null) {
            throw new IllegalStateException("attach first");
        }
        String question = Long.toString(++asked);
        byte[] octets = DpsMessage.encode(question, properties, body);
        Delivery sent = links.questions().delivery(question.getBytes(StandardCharsets.UTF_8));
        links.questions().send(octets, 0, octets.length);
        links.questions().advance();
        while (true) {
            engine.until(() -> hasArrived() || isRejected(sent) || isAnyClosed());
            if (hasArrived()) {
                DpsMessage answer = DpsMessage.decode(next());
                if (answer.isAnswerTo(question)) {
                    sent.settle();
                    return answer.said(service.toString());
                }
            } else if (sent.getRemoteState() instanceof Rejected rejected) {
                throw new RefusedException(AmqpRefusal.answer(service.toString(), rejected.getError()));
            } else {
                checkOpen();
            }
        }
    }

    @Override
    public void close() {
        engine.close();
    }

    private static void open(Link link, Source source, Target target) {
        link.setSource(source);
        link.setTarget(target);
        link.setProperties(VERSION);
        link.open();
    }

    private byte[] next() {
        Receiver answers = open().answers();
        Delivery delivery = answers.current();
        byte[] octets = new byte[delivery.pending()];
        answers.recv(octets, 0, octets.length);
        answers.advance();
        delivery.disposition(Accepted.getInstance());
        delivery.settle();
        answers.flow(1);
        return octets;
    }

    private boolean hasArrived() {
        Delivery delivery = open().answers().current();
        return delivery != null && delivery.isReadable() && !delivery.isPartial();
    }

    private static boolean isRejected(Delivery sent) {
        DeliveryState state = sent.getRemoteState();
        return state != null && !(state instanceof Accepted);
    }

    private static boolean isActive(Endpoint endpoint) {
        return endpoint.getRemoteState() == EndpointState.ACTIVE;
    }

    private Links open() {
        return Objects.requireNonNull(links);
    }

    private Stream<Endpoint> endpoints() {
        return Stream.of(open().questions(), open().answers(), open().session(), engine.connection());
    }

    private boolean isAnyClosed() {
        return endpoints().anyMatch(each -> each.getRemoteState() == EndpointState.CLOSED);
    }

    private void checkOpen() throws RefusedException {
        Optional<Endpoint> closed = endpoints()
                .filter(each -> each.getRemoteState() == EndpointState.CLOSED)
                .findFirst();
        if (closed.isPresent()) {
            throw new RefusedException(
                    AmqpRefusal.answer(service.toString(), closed.get().getRemoteCondition()));
        }
    }
}
