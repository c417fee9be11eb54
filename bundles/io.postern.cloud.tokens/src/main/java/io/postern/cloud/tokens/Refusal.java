// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

/** Why a gateway gets no token. */
public enum Refusal {
    /** The gateway's token is for something else than one device of this hub, or not signed by it. */
    NOT_PROVEN("GatewayNotProven"),
    /** The gateway's token is its own and was good once. */
    EXPIRED_TOKEN("GatewayTokenExpired"),
    DISABLED_GATEWAY("GatewayDisabled"),
    /** Another box than the one that is known proves itself as this gateway: its disk is a copy. */
    COPIED_GATEWAY("GatewayIsCopy"),
    TOO_MANY_REQUESTS("TooManyRequests"),
    UNKNOWN_LEAF("LeafNotFound"),
    /** The leaf was deleted not long ago and old tokens may still bear its name. */
    QUARANTINED_LEAF("LeafQuarantined"),
    /** Another gateway speaks for the leaf, or none does. */
    NOT_ASSIGNED("LeafNotAssigned"),
    DISABLED_LEAF("LeafDisabled"),
    /** The leaf was deleted and made again since it was assigned. */
    REPLACED_LEAF("LeafReplaced"),
    /** An operator took its tokens back. */
    REVOKED_LEAF("LeafRevoked"),
    /** There is no such leaf, and an operator has to say whether there is to be one. */
    WAITING_FOR_APPROVAL("LeafWaitsForApproval"),
    /** An operator said that there is not to be such a leaf. */
    NOT_APPROVED("LeafNotApproved"),
    /** There is no such leaf, and a gateway may not bring one of that name along. */
    NAME_NOT_ALLOWED("LeafNameNotAllowed"),
    /** The gateway has brought along as many leaves as it may for now. */
    TOO_MANY_NEW_LEAVES("TooManyNewLeaves"),
    /** The hub did not answer, or did not let this service in. */
    HUB_NOT_REACHED("HubNotReached");

    private final String wireName;

    Refusal(String wireName) {
        this.wireName = wireName;
    }

    /** How error bodies and lists name it. */
    public String wireName() {
        return wireName;
    }

    /** Who is not proven leaves none at a leaf that is not his, and who asks too often buys no disk writes. */
    boolean leavesTrace() {
        return switch (this) {
            case NOT_PROVEN,
                    EXPIRED_TOKEN,
                    TOO_MANY_REQUESTS,
                    HUB_NOT_REACHED,
                    WAITING_FOR_APPROVAL,
                    NOT_APPROVED,
                    NAME_NOT_ALLOWED,
                    TOO_MANY_NEW_LEAVES -> false;
            case DISABLED_GATEWAY,
                    UNKNOWN_LEAF,
                    QUARANTINED_LEAF,
                    NOT_ASSIGNED,
                    COPIED_GATEWAY,
                    DISABLED_LEAF,
                    REPLACED_LEAF,
                    REVOKED_LEAF -> true;
        };
    }
}
