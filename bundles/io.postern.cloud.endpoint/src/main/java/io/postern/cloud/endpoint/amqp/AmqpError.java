// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import java.util.Map;

/**
 * Why something was refused. spec: AMQP 1.0 Part 2, 2.8.14
 *
 * @param condition one of the protocol's or of Microsoft's, {@code amqp:unauthorized-access} for example
 * @param description for a person or a program, as the service wants it; never a secret
 * @param info more facts, by their symbol; texts and numbers
 */
public record AmqpError(String condition, String description, Map<String, Object> info) {
    public static final String UNAUTHORIZED = "amqp:unauthorized-access";
    public static final String NOT_FOUND = "amqp:not-found";
    public static final String NOT_ALLOWED = "amqp:not-allowed";
    public static final String INTERNAL = "amqp:internal-error";
    public static final String DECODE = "amqp:decode-error";
    public static final String LIMIT = "amqp:resource-limit-exceeded";
    public static final String FRAMING = "amqp:connection:framing-error";
    public static final String OVER_CREDIT = "amqp:link:transfer-limit-exceeded";
    public static final String TOO_LARGE = "amqp:link:message-size-exceeded";
    public static final String DETACH_FORCED = "amqp:link:detach-forced";
    public static final String ARGUMENT = "com.microsoft:argument-error";
    public static final String THROTTLED = "com.microsoft:device-container-throttled";

    public AmqpError {
        info = Map.copyOf(info);
    }

    public AmqpError(String condition, String description) {
        this(condition, description, Map.of());
    }
}
