// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.OrderQueue;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.message.Message;

/** The two links of a device's twin: what is asked stands in annotations. Of the connection's thread, but for the makers. */
final class TwinLinks {
    static final int MOST = 160 * 1024; // of an answer: both sections at their 32 KB, generously written JSON

    private static final Symbol OPERATION = Symbol.valueOf("operation");
    private static final Symbol RESOURCE = Symbol.valueOf("resource");

    private final OrderQueue orders;
    private final Questions questions;

    /** @param gone told when the hub refuses or ends one of the links */
    TwinLinks(
            HubConnection connection, Session session, LinkTerms terms, OrderQueue orders, Consumer<IOException> gone) {
        this.orders = orders;
        this.questions = new Questions(connection, session, terms, MOST, this::changed, gone);
    }

    static Message get() {
        return message("GET", Optional.empty(), "");
    }

    static Message report(JsonObject patch) {
        return message("PATCH", Optional.of("/properties/reported"), patch.toString());
    }

    static Message subscribe() {
        return message("PUT", Optional.of("/notifications/twin/properties/desired"), "");
    }

    private static Message message(String operation, Optional<String> resource, String body) {
        Message message = Message.Factory.create();
        Map<Symbol, Object> annotations = new HashMap<>(Map.of(OPERATION, operation));
        resource.ifPresent(text -> annotations.put(RESOURCE, text));
        message.setMessageAnnotations(new MessageAnnotations(annotations));
        message.setBody(new Data(new Binary(body.getBytes(StandardCharsets.UTF_8))));
        return message;
    }

    OutLink out() {
        return questions.out();
    }

    void ask(Message question, Answer<Received> answer) {
        questions.ask(question, answer);
    }

    private void changed(Received message) {
        boolean desired = message.annotation("resource")
                .filter(resource -> resource.toString().equalsIgnoreCase("/properties/desired"))
                .isPresent();
        if (desired) {
            orders.offerDesired(message.size(), () -> read(message));
        }
    }

    private static HubOrder read(Received message) {
        if (!(message.annotation("version").orElse("") instanceof Number version)) {
            throw new IllegalArgumentException("a change of desired properties without a version");
        }
        JsonObject patch =
                Json.object(Json.parseObject(message.text())).remove("$version").build();
        return new HubOrder.Desired(version.longValue(), patch);
    }

    void end(IOException why) {
        questions.end(why);
    }
}
