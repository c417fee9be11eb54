// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

/**
 * How much one connection may hold.
 *
 * @param sessions at once; up to 65,536
 * @param links at once, those being decided about among them
 */
public record AmqpLimits(int sessions, int links) {
    /** A device needs one session, and registers over two links that it hardly ever reopens. */
    public static final AmqpLimits OF_ONE_DEVICE = new AmqpLimits(8, 16);

    public AmqpLimits {
        if (sessions < 1 || sessions > 0x10000 || links < 1) {
            throw new IllegalArgumentException(
                    "1 to 65,536 sessions and 1 link at least, not " + sessions + " and " + links);
        }
    }

    AmqpLimits or(AmqpLimits other) {
        return new AmqpLimits(Math.max(sessions, other.sessions), Math.max(links, other.links));
    }
}
