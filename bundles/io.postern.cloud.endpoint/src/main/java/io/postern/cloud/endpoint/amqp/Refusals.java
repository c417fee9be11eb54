// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.wire.ErrorBody;
import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refusals as the official clients read them over AMQP: a rejected delivery, or a detached link, whose description is
 * the JSON that HTTPS has as its body. Each is logged under the tracking id that the client is told.
 */
public class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    private final InstantSource clock;
    private final RandomGenerator random;
    private final String remote;

    /** @param random for tracking ids, which identify and protect nothing */
    public Refusals(InstantSource clock, RandomGenerator random, String remote) {
        this.clock = clock;
        this.random = random;
        this.remote = remote;
    }

    public AmqpError foreign(String text) {
        return of(AmqpError.UNAUTHORIZED, 401_002, "Unauthorized", text);
    }

    public AmqpError argument(String text) {
        return of(AmqpError.ARGUMENT, 400_004, "ArgumentInvalid", text);
    }

    /** For who asks on and does not take the answers. */
    public AmqpError untaken() {
        return of(AmqpError.LIMIT, 429_001, "ThrottlingException", "the answers so far have not been taken");
    }

    /** The whole reason stands in the log only. */
    public AmqpError unauthorized(String reason) {
        ErrorBody told = new ErrorBody(
                401_002, "IotHubUnauthorizedAccess", "not authorised for this link", trackingId(), clock.instant());
        log(told, reason);
        return new AmqpError(AmqpError.UNAUTHORIZED, told.toJson().toString());
    }

    public AmqpError failed(RuntimeException failure) {
        AmqpError told = of(
                AmqpError.INTERNAL,
                500_001,
                "ServerError",
                "the service failed; its log tells why under the tracking id");
        LOG.atError().setCause(failure).addKeyValue("remote", remote).log("cannot serve a device over AMQP");
        return told;
    }

    public AmqpError of(String condition, int code, String name, String text) {
        return new AmqpError(condition, body(code, name, text).toJson().toString());
    }

    /** The body of a refusal that is told in an answer, logged like the others. */
    public ErrorBody body(int code, String name, String text) {
        var body = new ErrorBody(code, name, text, trackingId(), clock.instant());
        log(body, text);
        return body;
    }

    /** Logs why something was refused of which the client is told no more than {@code told} and the tracking id. */
    public String withTrackingId(String told, int status, String reason) {
        var body = new ErrorBody(status * 1000, told, told, trackingId(), clock.instant());
        log(body, reason);
        return told + " (tracking id " + body.trackingId() + ")";
    }

    private void log(ErrorBody body, String text) {
        LOG.atWarn()
                .addKeyValue("trackingId", body.trackingId())
                .addKeyValue("remote", remote)
                .addKeyValue("status", body.httpStatus())
                .log("refused over AMQP: {}", text);
    }

    private String trackingId() {
        return new UUID(random.nextLong(), random.nextLong()).toString().replace("-", "");
    }
}
