// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.wire.ErrorBody;
import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Refusals in the shape every official client reads, each with a tracking id of its own. */
public final class ErrorReplies {
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

    /** 32 hexadecimal digits. */
    public String newTrackingId() {
        return new UUID(random.nextLong(), random.nextLong()).toString().replace("-", "");
    }
}
