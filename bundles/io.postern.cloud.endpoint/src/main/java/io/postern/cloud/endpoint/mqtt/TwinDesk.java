// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.SessionEndedException;
import io.postern.cloud.hub.TwinReply;
import io.postern.wire.Bytes;
import io.postern.wire.ErrorBody;
import io.postern.wire.Json;
import io.postern.wire.hub.HubTopic;
import io.postern.wire.mqtt.Packet;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.UUID;

/** Answers what a device asks of its own twin. */
final class TwinDesk {
    private final DeviceSession session;
    private final InstantSource clock;

    TwinDesk(DeviceSession session, InstantSource clock) {
        this.session = session;
        this.clock = clock;
    }

    Packet.Publish get(HubTopic.TwinGet asked) throws SessionEndedException {
        return reply(
                200,
                asked.requestId(),
                OptionalLong.empty(),
                Bytes.utf8(session.twin().forDevice().toString()));
    }

    Packet.Publish report(HubTopic.TwinReport asked, Bytes body) throws SessionEndedException {
        TwinReply outcome;
        try {
            outcome = session.report(Json.parseObject(body.toUtf8()), asked.version());
        } catch (IllegalArgumentException e) {
            return refusal(asked, 400004, "ArgumentInvalid", String.valueOf(e.getMessage()));
        }
        return switch (outcome) {
            case TwinReply.Changed(var twin) ->
                reply(204, asked.requestId(), OptionalLong.of(twin.reported().version()), Bytes.EMPTY);
            case TwinReply.Stale(var current) ->
                refusal(
                        asked,
                        412001,
                        "PreconditionFailed",
                        "the reported properties are at version "
                                + current.reported().version() + "; get the twin again");
            case TwinReply.NoTwin(var device) ->
                refusal(asked, 404001, "DeviceNotFound", "there is no device " + device);
        };
    }

    private Packet.Publish refusal(HubTopic.TwinReport asked, int code, String name, String message) {
        var error = new ErrorBody(code, name, message, UUID.randomUUID().toString(), clock.instant());
        return reply(
                error.httpStatus(),
                asked.requestId(),
                OptionalLong.empty(),
                Bytes.utf8(error.toJson().toString()));
    }

    private static Packet.Publish reply(int status, String requestId, OptionalLong version, Bytes body) {
        return Packet.Publish.unacknowledged(HubTopic.twinReplyTopic(status, requestId, version), body);
    }
}
