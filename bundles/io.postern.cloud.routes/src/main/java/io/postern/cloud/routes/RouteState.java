// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

import java.time.Instant;
import java.util.Optional;

/**
 * How a route is doing.
 *
 * @param delivered messages the target keeps, since the process started; a message delivered twice counts twice
 * @param passed messages the condition did not hold for, since then
 * @param dead messages that became dead letters, since then
 * @param done the sequence number of the last event the route is done with
 * @param lag how many events it has still to look at
 * @param trouble why the last delivery failed; empty when it did not
 */
public record RouteState(
        RouteName name,
        String hub,
        String target,
        String condition,
        long delivered,
        long passed,
        long dead,
        long done,
        long lag,
        Optional<Trouble> trouble) {

    /** A failure that lasts. */
    public record Trouble(Instant since, int tries, String reason) {}
}
