// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.OrderQueue;
import io.postern.wire.DeviceId;
import io.postern.wire.ModelId;
import io.postern.wire.SasToken;
import io.postern.wire.hub.HubUserName;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * The links of one device on a connection, in a session of their own, as official clients do it: when the hub ends it, no
 * other device loses anything. Of the connection's thread, but for what says otherwise.
 */
final class DeviceLinks {
    /** On every link. */
    static final Map<Symbol, Object> API_VERSION = Map.of(
            Symbol.valueOf("com.microsoft:api-version"),
            HubUserName.API_VERSION,
            Symbol.valueOf("com.microsoft:client-version"),
            "postern");

    private static final Symbol CHANNEL = Symbol.valueOf("com.microsoft:channel-correlation-id");
    private static final Symbol MODEL = Symbol.valueOf("com.microsoft:model-id");

    private final HubConnection connection;
    private final DeviceId device;
    private final Optional<ModelId> model;
    private final Answer<Boolean> accepted = new Answer<>();
    private final OrderQueue orders = new OrderQueue();
    private @Nullable Session session;
    private @Nullable OutLink telemetry;
    private Optional<TwinLinks> twin = Optional.empty();
    private Optional<MethodLinks> methods = Optional.empty();
    private Optional<CommandLink> commands = Optional.empty();
    private volatile @Nullable IOException ended;
    private volatile Runnable told = () -> {};

    DeviceLinks(HubConnection connection, DeviceId device, Optional<ModelId> model) {
        this.connection = connection;
        this.device = device;
        this.model = model;
    }

    /** There when the hub has accepted the device; for any thread. */
    Answer<Boolean> accepted() {
        return accepted;
    }

    /** For any thread. */
    DeviceId device() {
        return device;
    }

    /** Why there is nothing more to be had of it; for any thread. */
    Optional<IOException> ended() {
        return Optional.ofNullable(ended);
    }

    /** Runs {@code action} when it ends, or now if it has; for any thread. */
    void onEnd(Runnable action) {
        told = action;
        if (ended != null) {
            action.run();
        }
    }

    /** What the hub wants; for any thread. */
    OrderQueue orders() {
        return orders;
    }

    void begin(Credential credential) {
        Optional<IOException> over = connection.over();
        if (over.isPresent()) {
            end(over.get());
        } else if (connection.devices().putIfAbsent(device, this) != null) {
            end(new IOException(device + " is on this connection already"));
        } else {
            switch (credential) {
                case Credential.Token(SasToken token) -> {
                    var verdict = new Answer<Boolean>();
                    verdict.whenThere(_ -> attach(), this::end);
                    put(token, verdict);
                }
                case Credential.Certificate _ -> attach();
            }
        }
    }

    void put(SasToken token, Answer<Boolean> verdict) {
        IOException why = ended;
        if (why != null) {
            verdict.fail(why);
            return;
        }
        connection
                .tokens()
                .ifPresentOrElse(
                        desk -> desk.put(device, token, verdict),
                        () -> verdict.fail(new IOException("this connection shows a certificate, not tokens")));
    }

    private void attach() {
        if (ended != null) {
            return;
        }
        Session mine = connection.engine().connection().session();
        mine.setContext(this);
        mine.open();
        session = mine;
        Map<Symbol, Object> properties = new HashMap<>(API_VERSION);
        model.ifPresent(id -> properties.put(MODEL, id.text()));
        var terms = new LinkTerms(address("messages/events"), device + "-events", properties);
        telemetry = new OutLink(connection, terms.sender(mine), new Telemetry());
        if (connection.isCareful(device)) {
            telemetry.atMost(1);
        }
    }

    private String address(String end) {
        return "/devices/" + URLEncoder.encode(device.text(), StandardCharsets.UTF_8) + "/" + end;
    }

    void send(Batch batch) {
        IOException why = ended;
        if (why != null || telemetry == null) {
            batch.acknowledged().fail(why == null ? unattached() : why);
        } else {
            telemetry.send(batch.outgoing());
        }
    }

    private Stream<OutLink> out() {
        return Stream.of(Optional.ofNullable(telemetry), twin.map(TwinLinks::out), methods.map(MethodLinks::out))
                .flatMap(Optional::stream);
    }

    void endIfHangingSince(long deadline) {
        if (out().anyMatch(each -> each.hangsSince(deadline))) {
            end(new IOException("the hub has neither taken nor acknowledged what " + device + " sent for "
                    + connection.patience().answer().toSeconds() + " s"));
        }
    }

    /** Idempotent. Whoever waits for something is told {@code why}. */
    void end(IOException why) {
        if (ended != null) {
            return;
        }
        ended = why;
        connection.devices().remove(device, this);
        accepted.fail(why);
        orders.lost(why);
        told.run();
        if (telemetry != null) {
            telemetry.end(why);
        }
        twin.ifPresent(each -> each.end(why));
        methods.ifPresent(each -> each.end(why));
        commands.ifPresent(each -> each.end(why));
        if (session != null) {
            session.close();
        }
    }

    /** Asks the twin, over links that are opened when there is a first question. */
    void askTwin(Message question, Answer<Received> answer) {
        IOException why = ended;
        if (why != null || session == null) {
            answer.fail(why == null ? unattached() : why);
            return;
        }
        if (twin.isEmpty()) {
            twin = Optional.of(new TwinLinks(connection, session, terms("twin", "twin"), orders, reason -> {
                twin = Optional.empty();
                gone(reason);
            }));
        }
        twin.get().ask(question, answer);
    }

    /** Begins to hear direct methods; {@code ready} when the hub has accepted that. */
    void listenToMethods(Answer<Boolean> ready) {
        IOException why = ended;
        if (why != null || session == null) {
            ready.fail(why == null ? unattached() : why);
        } else if (methods.isPresent()) {
            methods.get().ready().whenThere(ready::bring, ready::fail);
        } else {
            methods = Optional.of(new MethodLinks(
                    connection, session, terms("methods/devicebound", "methods"), orders, ready, reason -> {
                        methods = Optional.empty();
                        gone(reason);
                    }));
        }
    }

    /** Begins to take commands; {@code ready} when the hub has accepted that. */
    void listenToCommands(Answer<Boolean> ready) {
        IOException why = ended;
        if (why != null || session == null) {
            ready.fail(why == null ? unattached() : why);
        } else if (commands.isPresent()) {
            commands.get().ready().whenThere(ready::bring, ready::fail);
        } else {
            var terms = new LinkTerms(address("messages/devicebound"), "commands-" + connection.nextId(), API_VERSION);
            commands = Optional.of(new CommandLink(terms.receiver(session), orders, ready, reason -> {
                commands = Optional.empty();
                gone(reason);
            }));
        }
    }

    void settle(HubOrder.Command command, HubOrder.Settlement settlement) {
        commands.ifPresent(link -> link.settle(command, settlement));
    }

    void reply(HubOrder.Method method, int status, JsonValue payload, Answer<Boolean> taken) {
        methods.ifPresentOrElse(
                links -> links.reply(method, status, payload, taken),
                () -> taken.fail(new IOException(device + " hears no methods any more")));
    }

    /** @param kind stands in the links' names, and in the id that tells the hub that two of them belong together */
    private LinkTerms terms(String end, String kind) {
        UUID id = connection.nextId();
        Map<Symbol, Object> properties = new HashMap<>(API_VERSION);
        properties.put(CHANNEL, kind + ":" + id);
        return new LinkTerms(address(end), kind + "-" + id, properties);
    }

    private IOException unattached() {
        return new IOException(device + " is not attached");
    }

    /** Links beside those of telemetry have gone, which go on unless the device may not be here at all. */
    private void gone(IOException why) {
        if (why instanceof NotAuthorizedException && accepted.isThere()) {
            end(why);
        } else {
            orders.interrupted(why);
        }
    }

    private final class Telemetry implements OutLink.Owner {
        @Override
        public void accepted() {
            accepted.bring(true);
        }

        @Override
        public void detached(@Nullable ErrorCondition why) {
            if (HubRefusal.isTooLarge(why) && telemetry != null) {
                connection.careful(device, !telemetry.refuseOnly(why));
            }
            end(HubRefusal.of("the hub at " + connection.place() + " has closed the link of " + device, why));
        }
    }
}
