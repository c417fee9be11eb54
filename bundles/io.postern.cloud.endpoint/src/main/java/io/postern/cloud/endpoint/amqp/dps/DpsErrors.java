// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.dps;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.endpoint.DeskReply;
import io.postern.cloud.endpoint.amqp.AmqpError;
import io.postern.wire.ErrorBody;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refusals as the official clients read them over AMQP: a rejected delivery, or a detached link, whose description is
 * the JSON that HTTPS has as its body. Each is logged under the tracking id that the client is told.
 */
final class DpsErrors {
    private static final Logger LOG = LoggerFactory.getLogger(DpsErrors.class);

    private final InstantSource clock;
    private final RandomGenerator random;
    private final String remote;

    DpsErrors(InstantSource clock, RandomGenerator random, String remote) {
        this.clock = clock;
        this.random = random;
        this.remote = remote;
    }

    AmqpError refused(Refusal why, String text) {
        return refused(DeskReply.refused(why, text));
    }

    /** What the desk refused; the wait it asks for is told as the one official client that reads it here wants it. */
    AmqpError refused(DeskReply.Refused refusal) {
        AmqpError plain = of(condition(refusal.code()), refusal.code(), refusal.name(), refusal.text());
        return refusal.retryAfterSeconds().isPresent()
                ? new AmqpError(
                        plain.condition(),
                        plain.description(),
                        Map.of("Retry-After", refusal.retryAfterSeconds().getAsInt()))
                : plain;
    }

    private static String condition(int code) {
        return switch (code / 1000) {
            case 400 -> AmqpError.ARGUMENT;
            case 401, 403 -> AmqpError.UNAUTHORIZED;
            case 404 -> AmqpError.NOT_FOUND;
            case 429 -> AmqpError.THROTTLED;
            default -> AmqpError.INTERNAL;
        };
    }

    AmqpError foreign(String text) {
        return of(AmqpError.UNAUTHORIZED, 401_002, "Unauthorized", text);
    }

    AmqpError argument(String text) {
        return of(AmqpError.ARGUMENT, 400_004, "ArgumentInvalid", text);
    }

    AmqpError failed(RuntimeException failure) {
        AmqpError told = of(
                AmqpError.INTERNAL,
                500_001,
                "ServerError",
                "the service failed; its log tells why under the tracking id");
        LOG.atError().setCause(failure).addKeyValue("remote", remote).log("cannot serve a device over AMQP");
        return told;
    }

    private AmqpError of(String condition, int code, String name, String text) {
        String trackingId =
                new UUID(random.nextLong(), random.nextLong()).toString().replace("-", "");
        LOG.atWarn()
                .addKeyValue("trackingId", trackingId)
                .addKeyValue("remote", remote)
                .addKeyValue("status", code / 1000)
                .log("refused over AMQP: {}", text);
        var body = new ErrorBody(code, name, text, trackingId, clock.instant());
        return new AmqpError(condition, body.toJson().toString());
    }
}
