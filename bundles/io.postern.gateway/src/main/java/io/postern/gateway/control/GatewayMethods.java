// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.control;

import io.postern.gateway.control.ControlDesk.Caller;
import io.postern.gateway.control.ControlDesk.Way;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.NotOverThisTransportException;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateway's own direct methods: the commands that may be given from afar, under their names. */
public final class GatewayMethods {
    static final String SETTINGS = "settings";
    private static final int DONE = 200;
    private static final int BAD_ARGUMENTS = 400;
    private static final int UNKNOWN = 404;
    private static final int NOT_NOW = 409;
    private static final int FAILED = 500;
    private static final int TOO_LATE = 504;
    private static final Duration STALE = Duration.ofSeconds(25); // its caller has gone, or is about to

    private static final Logger LOG = LoggerFactory.getLogger(GatewayMethods.class);

    private final ControlDesk desk;
    private final Caller caller;
    private final Consumer<JsonObject> settings;

    /** @param settings told of the gateway's desired property {@value #SETTINGS} */
    public GatewayMethods(ControlDesk desk, HubName hub, Consumer<JsonObject> settings) {
        this.desk = desk;
        this.settings = settings;
        this.caller = new Caller(Way.HUB, hub.text());
    }

    /** Looks at what is desired of the gateway, in a session that has just begun. */
    public void lookAtDesired(HubSession session) throws IOException, InterruptedException {
        try {
            Json.object(session.twin(), "desired")
                    .flatMap(desired -> Json.object(desired, SETTINGS))
                    .ifPresent(settings);
        } catch (NotOverThisTransportException e) {
            LOG.atDebug().log("no desired settings: " + e.getMessage());
        }
    }

    /** Answers what has been asked for since the last time, and looks at what is desired when that has changed. */
    public void answerAll(HubSession session) throws IOException, InterruptedException {
        Optional<HubOrder> order = session.nextOrder(Duration.ZERO);
        while (order.isPresent()) {
            switch (order.get()) {
                case HubOrder.Method method -> answer(session, method);
                case HubOrder.Command command -> {
                    LOG.atWarn()
                            .addKeyValue("messageId", Shown.of(command.messageId()))
                            .log("a command for the gateway itself is rejected; ask it by direct methods");
                    session.settle(command, HubOrder.Settlement.REJECT);
                }
                case HubOrder.Desired(var _, JsonObject patch) when !patch.containsKey(SETTINGS) -> {}
                case HubOrder.Desired _, HubOrder.DesiredMissed _ -> lookAtDesired(session);
            }
            order = session.nextOrder(Duration.ZERO);
        }
    }

    private void answer(HubSession session, HubOrder.Method method) throws IOException, InterruptedException {
        if (System.nanoTime() - method.arrived() > STALE.toNanos()) {
            refuse(session, method, TOO_LATE, "the gateway was busy for longer than the caller waits");
        } else if (desk.find(method.name(), caller).isEmpty()) {
            refuse(session, method, UNKNOWN, "the gateway has no such method");
        } else {
            run(session, method);
        }
    }

    private void run(HubSession session, HubOrder.Method method) throws IOException, InterruptedException {
        JsonObject result;
        try {
            result = desk.run(caller, method.name(), arguments(method.payload()), _ -> {});
        } catch (IllegalArgumentException e) {
            refuse(session, method, BAD_ARGUMENTS, String.valueOf(e.getMessage()));
            return;
        } catch (IllegalStateException e) {
            refuse(session, method, NOT_NOW, String.valueOf(e.getMessage()));
            return;
        } catch (IOException e) {
            refuse(session, method, FAILED, String.valueOf(e.getMessage()));
            return;
        }
        session.answer(method, DONE, result);
    }

    private static JsonObject arguments(JsonValue payload) {
        return switch (payload) {
            case JsonObject object -> object;
            case JsonValue none when none.getValueType() == JsonValue.ValueType.NULL -> JsonValue.EMPTY_JSON_OBJECT;
            default -> throw new IllegalArgumentException("a JSON object is needed, such as {\"leaf\":\"meter-1\"}");
        };
    }

    private static void refuse(HubSession session, HubOrder.Method method, int status, String why)
            throws IOException, InterruptedException {
        session.answer(method, status, Json.object().add("message", why).build());
    }
}
