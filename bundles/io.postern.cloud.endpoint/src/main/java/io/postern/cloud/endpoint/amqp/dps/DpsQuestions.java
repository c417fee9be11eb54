// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.dps;

import io.postern.cloud.dps.RegistrationAnswer;
import io.postern.cloud.dps.RegistrationAttempt;
import io.postern.cloud.dps.RegistrationDesk;
import io.postern.cloud.endpoint.DeskReply;
import io.postern.cloud.endpoint.amqp.AmqpError;
import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.MessageOutcome;
import io.postern.cloud.endpoint.amqp.ReturnLink;
import io.postern.cloud.store.DatabaseException;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import io.postern.wire.dps.RegistrationRequest;
import jakarta.json.JsonObject;
import java.util.Map;
import java.util.OptionalInt;

/** What a device that is known asks for on its link. */
final class DpsQuestions implements LinkAnswer.Taker {
    private static final String OPERATION = "iotdps-operation-type";
    private static final String OPERATION_ID = "iotdps-operation-id";

    private final RegistrationDesk desk;
    private final RegistrationAttempt device;
    private final DpsErrors errors;
    private final ReturnLink answers;

    DpsQuestions(RegistrationDesk desk, RegistrationAttempt device, DpsErrors errors, ReturnLink answers) {
        this.desk = desk;
        this.device = device;
        this.errors = errors;
        this.answers = answers;
    }

    @Override
    public MessageOutcome take(AmqpMessage question) {
        try {
            return switch (question.text(OPERATION).orElse("")) {
                case "iotdps-register" -> reply(question, desk.register(device.with(request(question.octets()))));
                case "iotdps-get-operationstatus" -> reply(question, status(question));
                case String unknown ->
                    rejected(errors.argument("the application property " + OPERATION
                            + " is iotdps-register or iotdps-get-operationstatus, not \"" + Shown.of(unknown) + "\""));
            };
        } catch (IllegalArgumentException e) {
            return rejected(errors.argument(String.valueOf(e.getMessage())));
        } catch (DatabaseException e) {
            return rejected(errors.failed(e));
        }
    }

    private RegistrationAnswer status(AmqpMessage question) {
        String operationId = question.text(OPERATION_ID)
                .orElseThrow(() -> new IllegalArgumentException(
                        "the application property " + OPERATION_ID + " names no operation"));
        return desk.status(device, operationId);
    }

    /** The link has said already which registration it is: a body may leave it out, and one official client does. */
    private RegistrationRequest request(Bytes body) {
        RegistrationRequest known =
                new DpsAddress(device.scope(), device.request().registrationId()).request();
        if (body.isEmpty()) {
            return known;
        }
        JsonObject json = Json.parseObject(body.toUtf8());
        if (json.get("registrationId") == null || json.isNull("registrationId")) {
            json = Json.object(json)
                    .add("registrationId", known.registrationId().text())
                    .build();
        }
        RegistrationRequest asked = RegistrationRequest.parse(json.toString());
        if (!asked.registrationId().equals(known.registrationId())) {
            throw new IllegalArgumentException("the link is that of registration " + known.registrationId()
                    + ", the body names " + asked.registrationId() + "; both must name the same");
        }
        return asked;
    }

    private MessageOutcome reply(AmqpMessage question, RegistrationAnswer answer) {
        return switch (DeskReply.of(answer)) {
            case DeskReply.Told(int status, JsonObject _, var _)
            when status == 401 -> rejected(errors.foreign("a TPM proves itself with SASL mechanism TPM"));
            case DeskReply.Told(int _, JsonObject body, OptionalInt retryAfter) -> told(question, retryAfter, body);
            case DeskReply.Refused refusal -> rejected(errors.refused(refusal));
        };
    }

    private MessageOutcome told(AmqpMessage question, OptionalInt retryAfter, JsonObject body) {
        Map<String, Object> properties =
                retryAfter.isPresent() ? Map.of("retry-after", retryAfter.getAsInt()) : Map.of();
        return answers.offer(question.answer(properties, Bytes.utf8(body.toString())))
                ? new MessageOutcome.Accepted()
                : rejected(errors.untaken());
    }

    private static MessageOutcome rejected(AmqpError error) {
        return new MessageOutcome.Rejected(error);
    }
}
