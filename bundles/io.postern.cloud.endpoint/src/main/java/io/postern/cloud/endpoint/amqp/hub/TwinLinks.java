// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import io.postern.cloud.endpoint.amqp.AmqpError;
import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.MessageOutcome;
import io.postern.cloud.endpoint.amqp.Outlet;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.endpoint.amqp.ReturnLink;
import io.postern.cloud.hub.SessionEndedException;
import io.postern.cloud.hub.TwinReply;
import io.postern.cloud.store.DatabaseException;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The two links on which a device asks for its twin, reports to it and hears of desired changes. What is asked stands in
 * message annotations, and so does the status of the answer. Owned by the device's lane.
 */
final class TwinLinks implements LinkAnswer.Taker, LinkAnswer.Giver {
    static final int CREDIT = 16; // official clients wait for one answer before they ask again
    static final int MOST = 64 * 1024; // of the 32 KB of a section, as generously written JSON

    private static final String DESIRED = "/notifications/twin/properties/desired";
    private static final String REPORTED = "/properties/reported";

    private final Presence presence;
    private final Refusals refusals;
    private final ReturnLink answers = new ReturnLink();
    private boolean subscribed;

    TwinLinks(Presence presence, Refusals refusals) {
        this.presence = presence;
        this.refusals = refusals;
    }

    @Override
    public MessageOutcome take(AmqpMessage request) {
        try {
            return answers.offer(answer(request).answering(request))
                    ? new MessageOutcome.Accepted()
                    : new MessageOutcome.Rejected(refusals.untaken());
        } catch (SessionEndedException _) {
            return new MessageOutcome.Rejected(presence.endError());
        } catch (DatabaseException e) {
            return new MessageOutcome.Rejected(refusals.failed(e));
        }
    }

    private AmqpMessage answer(AmqpMessage request) throws SessionEndedException {
        String operation = request.annotation("operation").orElse("");
        String resource = request.annotation("resource").orElse("");
        try {
            return switch (operation) {
                case "GET" ->
                    answer(
                            200,
                            OptionalLong.empty(),
                            presence.session().twin().forDevice().toString());
                case "PATCH" -> report(request, resource);
                case "PUT", "DELETE" -> subscribe(operation.equals("PUT"), resource);
                default ->
                    refused(
                            400_003,
                            "InvalidOperation",
                            "the annotation operation is GET, PATCH, PUT or DELETE, not \"" + Shown.of(operation)
                                    + "\"");
            };
        } catch (IllegalArgumentException e) {
            return refused(400_004, "ArgumentInvalid", String.valueOf(e.getMessage()));
        }
    }

    private AmqpMessage report(AmqpMessage request, String resource) throws SessionEndedException {
        check(resource, REPORTED);
        OptionalLong onlyVersion = request.annotations().get("version") instanceof Number number
                ? OptionalLong.of(number.longValue())
                : OptionalLong.empty();
        JsonObject patch = Json.parseObject(request.octets().toUtf8());
        return switch (presence.session().report(patch, onlyVersion)) {
            case TwinReply.Changed(var twin) ->
                answer(200, OptionalLong.of(twin.reported().version()), "");
            case TwinReply.Stale(var current) ->
                refused(
                        412_001,
                        "PreconditionFailed",
                        "the reported properties are at version "
                                + current.reported().version() + "; get the twin again");
            case TwinReply.NoTwin(var device) -> refused(404_001, "DeviceNotFound", "there is no device " + device);
        };
    }

    private AmqpMessage subscribe(boolean wanted, String resource) {
        check(resource, DESIRED);
        subscribed = wanted;
        return answer(200, OptionalLong.empty(), "");
    }

    private static void check(String resource, String expected) {
        if (!resource.equalsIgnoreCase(expected)) {
            throw new IllegalArgumentException(
                    "the annotation resource is " + expected + ", not \"" + Shown.of(resource) + "\"");
        }
    }

    private AmqpMessage refused(int code, String name, String text) {
        var body = refusals.body(code, name, text);
        return answer(body.httpStatus(), OptionalLong.empty(), body.toJson().toString());
    }

    private static AmqpMessage answer(int status, OptionalLong version, String body) {
        Map<String, Object> annotations = new HashMap<>(Map.of("status", status));
        version.ifPresent(number -> annotations.put("version", number));
        return AmqpMessage.of(Map.of(), Bytes.utf8(body)).withAnnotations(annotations);
    }

    /** Desired properties have changed. A device that leaves many changes unread loses its link, and asks anew. */
    void push(JsonObject patch, long version) {
        AmqpMessage change = AmqpMessage.of(Map.of(), Bytes.utf8(patch.toString()))
                .withAnnotations(Map.of("resource", "/properties/desired", "version", version));
        if (subscribed && !answers.offer(change)) {
            var tooMany = new AmqpError(AmqpError.LIMIT, "too many changes of the twin wait to be read");
            answers.outlet().ifPresent(outlet -> outlet.detach(tooMany));
        }
    }

    @Override
    public void attached(Outlet to) {
        answers.attached(to);
    }

    /** One of the two links has gone: the device hears of changes as long as the one it hears on is there. */
    @Override
    public void detached() {
        answers.detached();
        subscribed &= answers.outlet().isPresent();
    }
}
