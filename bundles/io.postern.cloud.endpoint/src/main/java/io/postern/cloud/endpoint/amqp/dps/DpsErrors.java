// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.dps;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.endpoint.DeskReply;
import io.postern.cloud.endpoint.amqp.AmqpError;
import io.postern.cloud.endpoint.amqp.Refusals;
import java.time.InstantSource;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What the provisioning service refuses. */
final class DpsErrors extends Refusals {
    DpsErrors(InstantSource clock, RandomGenerator random, String remote) {
        super(clock, random, remote);
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
}
