// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.DpsAnswer;
import io.postern.wire.Json;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/** Refusals as a provisioning service says them over AMQP: a condition, and as its description what HTTPS has as body. */
final class AmqpRefusal {
    private static final int LONGEST_WAIT = 86_400; // seconds; more than a day is a mistake

    private AmqpRefusal() {}

    static DpsAnswer answer(String from, @Nullable ErrorCondition error) {
        String condition = error == null || error.getCondition() == null
                ? ""
                : error.getCondition().toString();
        String description = error == null || error.getDescription() == null ? condition : error.getDescription();
        Optional<Duration> later = error == null ? Optional.empty() : retryAfter(error.getInfo());
        return new DpsAnswer(from, status(condition, description), later, description);
    }

    /** The service's own code is that of HTTP times 1000; without one the condition has to do. */
    private static int status(String condition, String description) {
        int code = code(description) / 1000;
        if (code >= 400) {
            return code;
        }
        return switch (condition) {
            case "amqp:unauthorized-access" -> 401;
            case "amqp:not-found" -> 404;
            case "amqp:resource-limit-exceeded", "com.microsoft:device-container-throttled" -> 429;
            case "amqp:not-allowed", "amqp:decode-error", "com.microsoft:argument-error" -> 400;
            default -> 503; // it hung up, and may not do so the next time
        };
    }

    private static int code(String description) {
        try {
            return Json.parseObject(description).getInt("errorCode", 0);
        } catch (IllegalArgumentException | ClassCastException e) {
            return 0;
        }
    }

    static Optional<Duration> retryAfter(@Nullable Map<?, ?> info) {
        if (info == null) {
            return Optional.empty();
        }
        return info.entrySet().stream()
                .filter(entry -> entry.getKey().toString().equalsIgnoreCase("retry-after"))
                .map(Map.Entry::getValue)
                .flatMap(value -> seconds(value).stream())
                .findFirst();
    }

    static Optional<Duration> seconds(@Nullable Object value) {
        return value instanceof Number number && number.longValue() >= 0 && number.longValue() <= LONGEST_WAIT
                ? Optional.of(Duration.ofSeconds(number.longValue()))
                : Optional.empty();
    }
}
