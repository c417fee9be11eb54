// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.methods;

import io.postern.wire.Bytes;
import io.postern.wire.Shown;
import java.time.Duration;

/**
 * A question to a device.
 *
 * @param payload one JSON value, or nothing
 * @param connectTimeout how long to wait for a device that does not listen now, 0 to 300 s
 * @param responseTimeout how long the device may take, up to 300 s
 */
public record MethodRequest(String name, Bytes payload, Duration connectTimeout, Duration responseTimeout) {
    /** spec: limits, 128 KB a method's payload, in both directions. */
    public static final int LARGEST = 128 * 1024;

    public static final Duration LONGEST_WAIT = Duration.ofSeconds(300); // spec: limits, method time-outs
    public static final Duration SHORTEST_RESPONSE = Duration.ofSeconds(5);
    public static final Duration DEFAULT_RESPONSE = Duration.ofSeconds(30);

    private static final int LONGEST_NAME = 100; // spec: direct methods, the name stands in a topic

    public MethodRequest {
        if (name.isBlank()
                || name.length() > LONGEST_NAME
                || name.chars().anyMatch(each -> each <= ' ' || each > '~' || "/#+?".indexOf(each) >= 0)) {
            throw new IllegalArgumentException("methodName is 1 to " + LONGEST_NAME
                    + " ASCII characters without space, /, #, + and ?, not \"" + Shown.of(name) + "\"");
        }
        if (payload.length() > LARGEST) {
            throw new IllegalArgumentException(
                    "a method's payload has at most " + LARGEST + " bytes, this one " + payload.length());
        }
        if (connectTimeout.isNegative() || connectTimeout.compareTo(LONGEST_WAIT) > 0) {
            throw new IllegalArgumentException(
                    "connectTimeoutInSeconds is 0 to 300, it is " + connectTimeout.toSeconds());
        }
        if (!responseTimeout.isPositive() || responseTimeout.compareTo(LONGEST_WAIT) > 0) {
            throw new IllegalArgumentException(
                    "responseTimeoutInSeconds is 5 to 300, it is " + responseTimeout.toSeconds());
        }
    }
}
