// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.wire.ErrorBody;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Refusals in the shape every official client reads, each with a tracking id of its own; and the date of each answer. */
public final class ErrorReplies {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);

    private final InstantSource clock;
    private final RandomGenerator random;

    /** @param random for tracking ids, which identify and protect nothing */
    public ErrorReplies(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /**
     * A refusal.
     *
     * @param code HTTP status * 1000 + n
     * @param message what was tried, why it was refused, what to do; never a secret
     */
    public Reply of(int code, String name, String message) {
        return of(code, name, message, newTrackingId());
    }

    public Reply of(int code, String name, String message, String trackingId) {
        var body = new ErrorBody(code, name, message, trackingId, clock.instant());
        return Reply.json(body.httpStatus(), body.toJson()).with("x-ms-request-id", trackingId);
    }

    public Reply unauthorized(String message) {
        return of(401_003, "IotHubUnauthorized", message);
    }

    /** The path is known, the method is not. */
    public Reply methodNotAllowed(Request request, String allowed) {
        return of(405_000, "MethodNotAllowed", request.method() + " does not apply to " + request.path())
                .with("Allow", allowed);
    }

    /** What time it is here, as each answer says it: a gateway without a clock of its own goes by it (RFC 9110, 5.6.7). */
    String date() {
        return DATE.format(clock.instant().atOffset(ZoneOffset.UTC));
    }

    /** 32 hexadecimal digits. */
    public String newTrackingId() {
        return new UUID(random.nextLong(), random.nextLong()).toString().replace("-", "");
    }
}
