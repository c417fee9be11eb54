// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import io.postern.wire.DeviceId;
import java.time.Instant;
import java.util.Optional;

/**
 * One thing that happened in a hub and that an operator may want to look up later (SYS-06, SEC-16). Holds names and
 * reasons only: no key, no token, nothing a device or a service has sent as content.
 */
public sealed interface Operation {
    /** What a stranger can cause as often as he likes; repetitions are told as counts. */
    sealed interface OfStranger extends Operation {
        Origin origin();

        /** One of few short words. */
        String reason();
    }

    record Connected(DeviceId device, Origin origin, String authentication, Optional<String> policy)
            implements Operation {}

    record Disconnected(DeviceId device, Origin origin, int code, String reason) implements Operation {}

    /**
     * @param claimed whom he said he is, as far as it was readable
     * @param detail the whole reason, for the operator only
     */
    record AuthenticationFailed(String claimed, Origin origin, String reason, String detail) implements OfStranger {}

    /** @param reason the limit that was reached */
    record Throttled(Origin origin, String reason, String detail) implements OfStranger {}

    record RegistryChanged(DeviceId device, IdentityChange change) implements Operation {}

    /** What happened to an identity. */
    enum IdentityChange {
        CREATED("create"),
        UPDATED("update"),
        DISABLED("disable"),
        CREDENTIALS_REPLACED("replaceCredentials"),
        DELETED("delete");

        private final String text;

        IdentityChange(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /** @param change create, delete, regenerate or swap */
    record PolicyChanged(String policy, String change) implements Operation {}

    /** @param change put, remove, onlyListed or allButBlocked */
    record AccessListChanged(String rule, String change) implements Operation {}

    /** A service has written tags or desired properties. */
    record TwinChanged(DeviceId device, long version) implements Operation {}

    record CommandSent(DeviceId device, String messageId) implements Operation {}

    record CommandsPurged(DeviceId device, int count) implements Operation {}

    record MethodInvoked(DeviceId device, String method, String outcome) implements Operation {}

    record TokenIssued(DeviceId leaf, DeviceId gateway, Instant expires) implements Operation {}

    /**
     * Another box than the known one spoke as {@code gateway}.
     *
     * @param reason copy, or undecided when nothing tells which of the two is one
     */
    record CopySeen(DeviceId gateway, Origin origin, String reason, String detail) implements OfStranger {}

    record TokenRefused(DeviceId leaf, Origin origin, String reason, String detail) implements OfStranger {}

    record TokensRevoked(DeviceId leaf, String reason) implements Operation {}

    /** @param status the job's, as its page tells it */
    record JobRun(String job, String type, String status) implements Operation {}

    /** More than the operator expects (ISS-10). */
    record UsageAlert(String meter, long today, String reason) implements Operation {}

    /** More of what stood here a while ago under the same name, origin and reason. */
    record Repeated(String operation, Origin origin, String reason, long times) implements Operation {}

    /** Entries that found no room. */
    record Gap(long entries) implements Operation {}
}
