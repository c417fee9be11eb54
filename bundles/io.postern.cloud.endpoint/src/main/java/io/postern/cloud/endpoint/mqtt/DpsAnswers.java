// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.dps.RegistrationAttempt;
import io.postern.cloud.dps.RegistrationDesk;
import io.postern.cloud.endpoint.DeskReply;
import io.postern.wire.Bytes;
import io.postern.wire.ErrorBody;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.DpsTopic;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.mqtt.Packet;
import jakarta.json.JsonObject;
import java.time.InstantSource;
import java.util.OptionalInt;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the requests of one device that has proven itself, with the bodies of the REST answers. */
final class DpsAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(DpsAnswers.class);
    private static final int LARGEST_BODY = 96 * 1024; // spec: limits of the provisioning service, message size

    private final RegistrationDesk desk;
    private final RegistrationAttempt device;
    private final String remote;
    private final InstantSource clock;

    /** @param device who it is, with the proof it connected with */
    DpsAnswers(RegistrationDesk desk, RegistrationAttempt device, String remote, InstantSource clock) {
        this.desk = desk;
        this.device = device;
        this.remote = remote;
        this.clock = clock;
    }

    RegistrationId registration() {
        return device.request().registrationId();
    }

    /** The message that answers a request; whatever goes wrong is an answer too. */
    Packet.Publish answer(DpsTopic asked, Bytes body) {
        try {
            return switch (reply(asked, body)) {
                case DeskReply.Told(int status, JsonObject told, OptionalInt retryAfter) ->
                    message(asked, status, retryAfter, told);
                case DeskReply.Refused(int code, String name, String text, OptionalInt retryAfter) ->
                    refusal(asked, code, name, text, retryAfter);
            };
        } catch (IllegalArgumentException e) {
            return refusal(asked, 400_004, "ArgumentInvalid", String.valueOf(e.getMessage()), OptionalInt.empty());
        } catch (RuntimeException e) {
            return failure(asked, e);
        }
    }

    private DeskReply reply(DpsTopic asked, Bytes body) {
        if (body.length() > LARGEST_BODY) {
            return new DeskReply.Refused(
                    413_001,
                    "MessageTooLarge",
                    "a body has at most " + LARGEST_BODY + " bytes here, this one " + body.length(),
                    OptionalInt.empty());
        }
        return switch (asked) {
            case DpsTopic.Register _ -> DeskReply.of(desk.register(device.with(request(body))));
            // one official client sends a blank with its questions; it says nothing
            case DpsTopic.Status(String _, String operationId) -> DeskReply.of(desk.status(device, operationId));
        };
    }

    private RegistrationRequest request(Bytes body) {
        RegistrationRequest request = RegistrationRequest.parse(body.toUtf8());
        if (!request.registrationId().equals(registration())) {
            throw new IllegalArgumentException("this connection is of registration " + registration()
                    + ", the body names " + request.registrationId() + "; both must name the same");
        }
        if (request.tpm().isPresent()) {
            throw new IllegalArgumentException(
                    "a TPM can attest over HTTPS and AMQP, not over MQTT: leave the member \"tpm\" out, or change");
        }
        return request;
    }

    private Packet.Publish refusal(DpsTopic asked, int code, String name, String text, OptionalInt retryAfter) {
        var error = new ErrorBody(code, name, text, newTrackingId(), clock.instant());
        LOG.atWarn()
                .addKeyValue("trackingId", error.trackingId())
                .addKeyValue("remote", remote)
                .addKeyValue("registrationId", registration())
                .addKeyValue("status", error.httpStatus())
                .log("refused over MQTT: {}", text);
        return message(asked, error.httpStatus(), retryAfter, error.toJson());
    }

    private Packet.Publish failure(DpsTopic asked, RuntimeException failure) {
        var error = new ErrorBody(
                500_001,
                "ServerError",
                "the service failed; its log tells why under the tracking id",
                newTrackingId(),
                clock.instant());
        LOG.atError()
                .addKeyValue("trackingId", error.trackingId())
                .addKeyValue("registrationId", registration())
                .setCause(failure)
                .log("request over MQTT failed");
        return message(asked, error.httpStatus(), OptionalInt.empty(), error.toJson());
    }

    private static Packet.Publish message(DpsTopic asked, int status, OptionalInt retryAfter, JsonObject body) {
        return Packet.Publish.unacknowledged(
                DpsTopic.replyTopic(status, asked.requestId(), retryAfter), Bytes.utf8(body.toString()));
    }

    private static String newTrackingId() {
        return UUID.randomUUID().toString().replace("-", "");
    }
}
