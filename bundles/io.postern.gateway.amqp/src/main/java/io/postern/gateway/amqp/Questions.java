// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** Two links to one address: one to ask on, one to be answered on, by the id of the question. Of the connection's thread. */
final class Questions implements InLink.Owner {
    private final HubConnection connection;
    private final String address;
    private final Consumer<Received> unasked;
    private final Consumer<IOException> gone;
    private final OutLink out;
    private final List<Question> early = new ArrayList<>(1); // asked before both links were there
    private final Map<UUID, Answer<Received>> open = new HashMap<>(2); // bounded by those who wait
    private int accepted;

    /**
     * @param most octets of an answer
     * @param unasked takes what answers no question
     * @param gone told when the hub refuses or ends one of the links
     */
    Questions(
            HubConnection connection,
            Session session,
            LinkTerms terms,
            int most,
            Consumer<Received> unasked,
            Consumer<IOException> gone) {
        this.connection = connection;
        this.address = terms.address();
        this.unasked = unasked;
        this.gone = gone;
        new InLink(terms.receiver(session), LinkTerms.CREDIT, most, this);
        this.out = new OutLink(connection, terms.sender(session), this);
    }

    OutLink out() {
        return out;
    }

    /** Asks; {@code question} gets an id. */
    void ask(Message question, Answer<Received> answer) {
        open.values().removeIf(Answer::isThere); // of those who waited long enough
        UUID id = connection.nextId();
        question.setMessageId(id);
        question.setCorrelationId(id);
        open.put(id, answer);
        var asked = new Question(question, id, answer);
        if (accepted < 2 && !out.hasEnded()) {
            early.add(asked);
        } else {
            out.send(List.of(asked));
        }
    }

    @Override
    public void accepted() {
        accepted++;
        if (accepted == 2) {
            out.send(early);
            early.clear();
        }
    }

    @Override
    public void detached(@Nullable ErrorCondition why) {
        if (out.hasEnded()) {
            return; // the other of the two; there may be new ones by now
        }
        IOException reason = HubRefusal.of("the hub has closed " + address, why);
        end(reason);
        gone.accept(reason);
    }

    @Override
    public void arrived(Received message, Delivery delivery) {
        InLink.accept(delivery);
        Answer<Received> answer =
                message.correlationId().map(Questions::uuid).map(open::remove).orElse(null);
        if (answer != null) {
            answer.bring(message);
        } else if (message.correlationId().isEmpty()) {
            unasked.accept(message);
        } // else nobody waits for it any more
    }

    private static @Nullable UUID uuid(Object id) {
        try {
            return id instanceof UUID uuid ? uuid : UUID.fromString(id.toString());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Nothing is answered any more. */
    void end(IOException why) {
        out.end(why);
        open.values().forEach(each -> each.fail(why));
        open.clear();
        early.clear();
    }

    private final class Question implements Outgoing {
        private final Message message;
        private final UUID id;
        private final Answer<Received> answer;

        Question(Message message, UUID id, Answer<Received> answer) {
            this.message = message;
            this.id = id;
            this.answer = answer;
        }

        @Override
        public Message message() {
            return message;
        }

        @Override
        public void settled(DeliveryState state) {
            if (!(state instanceof Accepted)) {
                ErrorCondition why = state instanceof Rejected rejected ? rejected.getError() : null;
                lost(HubRefusal.of("the hub does not take a question at " + address, why));
            }
        }

        @Override
        public void lost(IOException why) {
            open.remove(id);
            answer.fail(why);
        }
    }
}
