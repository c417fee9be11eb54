// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

/** Why a gateway gets no token. */
public enum Refusal {
    /** The gateway's token is for something else than one device of this hub, or not signed by it. */
    NOT_PROVEN("GatewayNotProven"),
    /** The gateway's token is its own and was good once. */
    EXPIRED_TOKEN("GatewayTokenExpired"),
    DISABLED_GATEWAY("GatewayDisabled"),
    TOO_MANY_REQUESTS("TooManyRequests"),
    UNKNOWN_LEAF("LeafNotFound"),
    /** The leaf was deleted not long ago and old tokens may still bear its name. */
    QUARANTINED_LEAF("LeafQuarantined"),
    /** Another gateway speaks for the leaf, or none does. */
    NOT_ASSIGNED("LeafNotAssigned"),
    DISABLED_LEAF("LeafDisabled"),
    /** The leaf was deleted and made again since it was assigned. */
    REPLACED_LEAF("LeafReplaced");

    private final String wireName;

    Refusal(String wireName) {
        this.wireName = wireName;
    }

    /** How error bodies and lists name it. */
    public String wireName() {
        return wireName;
    }
}
