// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.wire.DurationText;
import io.postern.wire.Setting;
import java.time.Duration;

/**
 * Settings of the token service, checked.
 *
 * @param tokenLife how long a leaf's token is good for, 1 minute to 10 days
 * @param burst how many requests a gateway may make at once
 * @param perMinute how many requests a gateway may make over time
 * @param newLeaves whether gateways may bring along leaves that the hub does not know
 * @param connectionsPerSecond what the hub takes, for the places of leaves in the return after an outage; 0 for none
 */
public record TokenSettings(
        Duration tokenLife, int burst, int perMinute, NewLeafPolicy newLeaves, int connectionsPerSecond) {
    private static final int USUAL_CONNECTIONS = 100; // of one unit of a hosted hub
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(10); // the name of a deleted device is barred that long

    /** An hour; 2,000 at once, which is a gateway of 1,000 leaves that starts twice; 20 a second over time. */
    public static final TokenSettings DEFAULTS = new TokenSettings(Duration.ofHours(1), 2_000, 1_200);

    /** Where operators make all leaves. */
    public TokenSettings(Duration tokenLife, int burst, int perMinute) {
        this(tokenLife, burst, perMinute, NewLeafPolicy.OFF, USUAL_CONNECTIONS);
    }

    public TokenSettings {
        if (tokenLife.compareTo(SHORTEST) < 0 || tokenLife.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("tokenLife is 1m to 10d, not " + tokenLife);
        }
        if (burst < 1 || perMinute < 1) {
            throw new IllegalArgumentException(
                    "burst and perMinute are at least 1, not " + burst + " and " + perMinute);
        }
        if (connectionsPerSecond < 0 || connectionsPerSecond > 100_000) {
            throw new IllegalArgumentException("connectionsPerSecond is 0 to 100000, not " + connectionsPerSecond);
        }
    }

    public TokenSettings with(NewLeafPolicy policy) {
        return new TokenSettings(tokenLife, burst, perMinute, policy, connectionsPerSecond);
    }

    /** With a hub that takes so many connections a second. */
    public TokenSettings withConnections(int perSecond) {
        return new TokenSettings(tokenLife, burst, perMinute, newLeaves, perSecond);
    }

    /** @throws IllegalArgumentException naming the key that is wrong */
    public static TokenSettings of(String tokenLife, int burst, int perMinute) {
        return new TokenSettings(Setting.parse("tokenLife", tokenLife, DurationText::parse), burst, perMinute);
    }

    /**
     * What an operator has set.
     *
     * @param pid whose settings these are
     * @throws IllegalArgumentException naming the configuration and the key that is wrong
     */
    static TokenSettings of(String pid, TokensComponent.Config config) {
        try {
            return of(config.tokenLife(), config.burst(), config.perMinute())
                    .with(NewLeafPolicy.of(config.newLeaves(), config.newLeafNames(), config.newLeavesPerDay()))
                    .withConnections(config.connectionsPerSecond());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(pid + ": " + e.getMessage(), e);
        }
    }
}
