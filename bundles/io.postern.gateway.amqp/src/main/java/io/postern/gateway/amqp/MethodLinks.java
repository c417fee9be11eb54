// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.OrderQueue;
import io.postern.wire.Json;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** The two links on which a device is asked and answers, by the id of the question. Of the connection's thread. */
final class MethodLinks implements InLink.Owner {
    static final int MOST = 136 * 1024; // 128 KB of payload and the encoding around it

    private static final String UUID_ID = "u:"; // before an id that is no text in the protocol
    private static final String TEXT_ID = "t:";

    private final String address;
    private final OrderQueue orders;
    private final Consumer<IOException> gone;
    private final Answer<Boolean> ready;
    private final OutLink out;
    private int accepted;

    /**
     * @param ready there when the hub has accepted both
     * @param gone told when the hub refuses or ends one of the links
     */
    MethodLinks(
            HubConnection connection,
            Session session,
            LinkTerms terms,
            OrderQueue orders,
            Answer<Boolean> ready,
            Consumer<IOException> gone) {
        this.address = terms.address();
        this.orders = orders;
        this.ready = ready;
        this.gone = gone;
        this.out = new OutLink(connection, terms.sender(session), this);
        new InLink(terms.receiver(session), LinkTerms.CREDIT, MOST, this);
    }

    OutLink out() {
        return out;
    }

    Answer<Boolean> ready() {
        return ready;
    }

    /** Answers {@code method}. */
    void reply(HubOrder.Method method, int status, JsonValue payload, Answer<Boolean> taken) {
        out.send(List.of(new Reply(method, status, payload, taken)));
    }

    @Override
    public void accepted() {
        if (++accepted == 2) {
            ready.bring(true);
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
        long arrived = System.nanoTime();
        orders.offerMethod(message.size(), () -> read(message, arrived));
    }

    private static HubOrder read(Received message, long arrived) {
        String id =
                switch (message.correlationId().orElse("")) {
                    case UUID uuid -> UUID_ID + uuid;
                    case String text when !text.isEmpty() -> TEXT_ID + text;
                    default -> throw new IllegalArgumentException("a method without an id to answer to");
                };
        if (!(message.property("IoThub-methodname").orElse(0) instanceof String name) || name.isEmpty()) {
            throw new IllegalArgumentException("a method without a name");
        }
        String body = message.text();
        return new HubOrder.Method(id, name, body.isBlank() ? JsonValue.NULL : Json.parse(body), arrived);
    }

    void end(IOException why) {
        ready.fail(why);
        out.end(why);
    }

    private record Reply(HubOrder.Method method, int status, JsonValue payload, Answer<Boolean> taken)
            implements Outgoing {
        @Override
        public Message message() {
            Message message = Message.Factory.create();
            String id = method.requestId();
            message.setCorrelationId(
                    id.startsWith(UUID_ID)
                            ? UUID.fromString(id.substring(UUID_ID.length()))
                            : id.substring(TEXT_ID.length()));
            message.setApplicationProperties(new ApplicationProperties(Map.of("IoThub-status", status)));
            message.setBody(new Data(new Binary(payload.toString().getBytes(StandardCharsets.UTF_8))));
            return message;
        }

        @Override
        public void settled(DeliveryState state) {
            if (state instanceof Accepted) {
                taken.bring(true);
            } else {
                ErrorCondition why = state instanceof Rejected rejected ? rejected.getError() : null;
                lost(HubRefusal.of("the hub does not take the answer to a method", why));
            }
        }

        @Override
        public void lost(IOException why) {
            taken.fail(why);
        }
    }
}
