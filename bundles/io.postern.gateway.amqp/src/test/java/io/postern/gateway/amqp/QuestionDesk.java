// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.wire.HubName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.message.Message;

/** Answers all that a hub is asked, as a client of a broker: takes questions from a queue and puts answers there. */
final class QuestionDesk implements AutoCloseable {
    final List<String> names = new CopyOnWriteArrayList<>(); // of those whose tokens were put
    private int answered;
    private final ForeignBroker broker;
    private final Thread thread = Thread.ofVirtual().name("questions").unstarted(this::run);
    private final HubName hub;
    private final String address;

    QuestionDesk(ForeignBroker broker, HubName hub, String address) {
        this.broker = broker;
        this.hub = hub;
        this.address = address;
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try (var engine = new Engine(broker.dial())) {
            Collector collector = Proton.collector();
            engine.connection().collect(collector);
            engine.connection().setContainer("desk of " + address);
            engine.connection().setHostname(hub.text());
            engine.giveUpAfter(
                    Duration.ofSeconds(6)); // so the broker speaks, and reading it ends in time to speak ourselves
            var sasl = engine.sasl();
            sasl.client();
            sasl.setMechanisms("ANONYMOUS");
            engine.bind();
            engine.connection().open();
            Session session = engine.connection().session();
            session.open();
            Sender out = session.sender("answers");
            var target = new Target();
            target.setAddress(address);
            out.setTarget(target);
            out.setSource(new Source());
            out.open();
            Receiver in = session.receiver("questions");
            var source = new Source();
            source.setAddress(address);
            source.setFilter(Map.of(
                    Symbol.valueOf("jms-selector"),
                    new UnknownDescribedType(Symbol.valueOf("apache.org:selector-filter:string"), "answered IS NULL")));
            in.setSource(source);
            in.setTarget(new Target());
            in.open();
            in.flow(100);
            while (!Thread.currentThread().isInterrupted()) {
                engine.begin();
                engine.until(() -> {
                    engine.tick(System.nanoTime() / 1_000_000); // the broker wants to hear something now and then
                    return collector.peek() != null;
                });
                for (Event event = collector.peek(); event != null; event = collector.peek()) {
                    if (event.getType() == Event.Type.DELIVERY && event.getLink() == in) {
                        answer(in, out);
                    }
                    collector.pop();
                }
            }
        } catch (IOException e) {
            // the broker has gone
        }
    }

    private void answer(Receiver in, Sender out) {
        Delivery delivery = in.current();
        if (delivery == null || delivery.isPartial()) {
            return;
        }
        byte[] octets = new byte[delivery.pending()];
        in.recv(octets, 0, octets.length);
        in.advance();
        InLink.accept(delivery);
        Message question = Message.Factory.create();
        question.decode(octets, 0, octets.length);
        if (question.getApplicationProperties() != null) {
            names.add(String.valueOf(
                    question.getApplicationProperties().getValue().get("name")));
        }
        Message answer = Message.Factory.create();
        answer.setCorrelationId(question.getMessageId());
        answer.setApplicationProperties(new ApplicationProperties(Map.of("status-code", 200, "answered", true)));
        answer.setMessageAnnotations(new MessageAnnotations(Map.of(Symbol.valueOf("status"), 200)));
        answer.setBody(new AmqpValue("{}"));
        byte[] room = new byte[1024];
        int length = answer.encode(room, 0, room.length);
        Delivery sent = out.delivery(String.valueOf(++answered).getBytes(StandardCharsets.US_ASCII));
        out.send(room, 0, length);
        sent.settle();
    }
}
